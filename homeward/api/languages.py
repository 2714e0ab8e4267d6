"""Which of our two languages a caller is answered in."""

from starlette.requests import Request

from homeward.edge.catalogue import Lang


def language_of(request: Request) -> Lang:
    """`?lang` first, then Accept-Language (RFC 9110), then English."""
    match request.query_params.get("lang"):
        case "en":
            return "en"
        case "km":
            return "km"
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Lang:
    """The one of ours with the greatest weight; the first named of equals."""
    best: Lang = "en"
    weight = 0.0
    for part in header[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        match tag.strip().lower().split("-")[0]:
            case "en" if quality > weight:
                best, weight = "en", quality
            case "km" if quality > weight:
                best, weight = "km", quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
