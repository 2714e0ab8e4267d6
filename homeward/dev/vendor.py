"""Makes the console's `static/vendor/` from the front-end packages.

GOV.UK's typeface, crest and blue belong to gov.uk services alone, so the sheet made here has
Noto Sans, no crest and a colour of its own. The result is not kept in the repository.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

from homeward.dev.faults import Fault
from homeward.dev.home import checkout
from homeward.dev.say import say

FAMILY = '"Noto Sans","Noto Sans Khmer","Khmer OS",system-ui,arial,sans-serif'
STYLES = (
    "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "@ministryofjustice/frontend/moj/moj-frontend.min.css",
)
SCRIPTS = ("govuk-frontend/dist/govuk/govuk-frontend.min.js", "htmx.org/dist/htmx.min.js")
ICONS = "@ministryofjustice/frontend/moj/assets/images"
FONTS = {
    "@fontsource/noto-sans": ("noto-sans", ("latin", "latin-ext", "vietnamese")),
    "@fontsource/noto-sans-khmer": ("noto-sans-khmer", ("khmer",)),
}
WEIGHTS = (400, 700)
COLOURS = {
    "--govuk-brand-colour": ("#1d70b8", "#0b5c63"),
    "--govuk-link-colour": ("#1a65a6", "#0b5c63"),
    "--govuk-link-hover-colour": ("#0f385c", "#07393e"),
    "--govuk-surface-border-colour": ("#8eb8dc", "#8dbdbb"),
    "--govuk-surface-background-colour": ("#f4f8fb", "#f3f8f7"),
}
"""Each property, GOV.UK's value, ours."""
FORBIDDEN = ("GDS Transport", "govuk-crest", "govuk-logotype", "#1d70b8", "/assets/")


def stylesheet(css: str) -> str:
    """One package's sheet without what is not ours to use."""
    css = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", css)
    css = re.sub(r'"?GDS Transport"?,\s*arial,\s*sans-serif', FAMILY, css)
    css = re.sub(r"url\([^)]*govuk-(crest|logotype)[^)]*\)", "none", css)
    css = css.replace("/assets/images/", "images/")
    css = re.sub(r"/\*# sourceMappingURL.*?\*/", "", css)
    for name, (theirs, ours) in COLOURS.items():
        css = css.replace(f"{name}:{theirs}", f"{name}:{ours}")
        css = css.replace(f"var({name},{theirs})", f"var({name},{ours})")
    for name, (theirs, _) in COLOURS.items():
        css = css.replace(theirs, f"var({name})")
    return css.replace('@charset "UTF-8";', "")


def printing() -> str:
    """Printed pages would otherwise fall back to a face without Khmer."""
    return f"@media print{{body,[class*=govuk-],[class*=moj-]{{font-family:{FAMILY}}}}}"


def fonts(packages: Path) -> tuple[str, list[Path]]:
    """The `@font-face` rules of the scripts we write, and the files they name."""
    rules: list[str] = []
    files: list[Path] = []
    for package, (family, subsets) in FONTS.items():
        for weight in WEIGHTS:
            sheet = (packages / package / f"{weight}.css").read_text(encoding="utf-8")
            for subset in subsets:
                name = f"{family}-{subset}-{weight}-normal"
                found = re.search(
                    rf"/\* {re.escape(name)} \*/\s*(@font-face \{{.*?\}})", sheet, re.DOTALL
                )
                if found is None:
                    raise Fault(f"{package} has no {name}.", "Pin the version of package.json.")
                rule = re.sub(
                    r"src:[^;]*;", f"src: url(fonts/{name}.woff2) format('woff2');", found[1]
                )
                rules.append(rule)
                files.append(packages / package / "files" / f"{name}.woff2")
    return "\n".join(rules) + "\n", files


def make(packages: Path, target: Path) -> None:
    """Everything into a folder beside, then renamed over the old one."""
    if not (packages / STYLES[0]).exists():
        raise Fault(f"The front-end packages are not in {packages}.", "Run `make setup`.")
    fresh = target.with_name(f".{target.name}-new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "fonts").mkdir(parents=True)
    (fresh / "images").mkdir()
    sheet = "\n".join(stylesheet((packages / s).read_text(encoding="utf-8")) for s in STYLES)
    sheet = f'@charset "UTF-8";\n{sheet}\n{printing()}\n'
    if kept := [word for word in FORBIDDEN if word in sheet]:
        raise Fault(f"The sheet still has {', '.join(kept)}.", "Mend homeward/dev/vendor.py.")
    (fresh / "frontend.css").write_text(sheet, encoding="utf-8")
    for icon in sorted(set(re.findall(r"url\(images/([\w.-]+)\)", sheet))):
        shutil.copy(packages / ICONS / icon, fresh / "images" / icon)
    rules, files = fonts(packages)
    (fresh / "fonts.css").write_text(rules, encoding="utf-8")
    for file in files:
        shutil.copy(file, fresh / "fonts" / file.name)
    for script in SCRIPTS:
        shutil.copy(packages / script, fresh / Path(script).name)
    (fresh / "versions.json").write_text(json.dumps(_versions(packages), indent=2) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _versions(packages: Path) -> dict[str, str]:
    named = {Path(p).parts for p in (*STYLES, *SCRIPTS)}
    names = {"/".join(parts[: 2 if parts[0].startswith("@") else 1]) for parts in named}
    return {
        name: json.loads((packages / name / "package.json").read_text())["version"]
        for name in sorted(names | set(FONTS))
    }


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--packages", type=Path, default=checkout() / "node_modules")
    reader.add_argument(
        "--target", type=Path, default=checkout() / "homeward" / "console" / "static" / "vendor"
    )
    told = reader.parse_args()
    try:
        make(told.packages, told.target)
    except Fault as fault:
        say(str(fault))
        raise SystemExit(fault.exit_code) from fault
    say(f"made {told.target}")


if __name__ == "__main__":
    main()
