"""The persons of stories and demonstration, in development alone. All invented."""

from dataclasses import dataclass

from homeward.domain.actors import Actor
from homeward.edge.catalogue import Lang


@dataclass(frozen=True)
class Person:
    """Somebody as an identity provider would know them."""

    name: str
    roles: tuple[str, ...]
    mission: str | None = None
    unit: str | None = None
    languages: tuple[str, ...] = ()
    khmer: str = ""

    def actor(self, user: str) -> Actor:
        return Actor(
            user, frozenset(self.roles), self.mission, self.unit, frozenset(self.languages)
        )

    def called(self, lang: Lang) -> str:
        return self.khmer if lang == "km" and self.khmer else self.name


PEOPLE: dict[str, Person] = {
    "intan": Person(
        "Prak Intan", ("intake",), unit="hotline", languages=("khm", "eng", "ind"),
        khmer="ប្រាក់ អ៊ិនតាន់",
    ),
    "emma": Person(
        "Sorn Emma", ("examiner",), unit="examination", languages=("khm", "eng"), khmer="សន អេម៉ា"
    ),
    "piseth": Person(
        "Kong Piseth", ("planner",), unit="operations", languages=("khm",), khmer="គង់ ពិសិដ្ឋ"
    ),
    "auth": Person(
        "Meas Arun", ("authoriser",), unit="command", languages=("khm",), khmer="មាស អរុណ"
    ),
    "field": Person(
        "Long Ratha", ("field",), unit="field-team-1", languages=("khm",), khmer="ឡុង រដ្ឋា"
    ),
    "sreymom": Person(
        "Chan Sreymom", ("screener",), unit="screening", languages=("khm", "vie"),
        khmer="ចាន់ ស្រីមុំ",
    ),
    "ivan": Person(
        "Tep Ivan", ("interviewer",), unit="talks", languages=("khm", "eng", "vie"),
        khmer="ទេព អ៊ីវ៉ាន់",
    ),
    "dara": Person(
        "Heng Dara", ("determiner",), unit="competent-authority", languages=("khm",),
        khmer="ហេង ដារ៉ា",
    ),
    "sok": Person(
        "Ty Sok", ("officer",), unit="immigration", languages=("khm", "eng"), khmer="ទី សុខ"
    ),
    "chantha": Person(
        "Hor Chantha", ("officer",), unit="border-post", languages=("khm", "tha"),
        khmer="ហ ចន្ថា",
    ),
    "enda": Person(
        "Ros Enda", ("endorser",), unit="immigration", languages=("khm", "eng"), khmer="រស់ អេនដា"
    ),
    "maly": Person(
        "Nhem Maly", ("approver",), unit="directorate", languages=("khm",), khmer="ញ៉ែម ម៉ាលី"
    ),
    "vn": Person(
        "Tran Linh", ("liaison",), mission="VN", languages=("vie", "eng"), khmer="ត្រាន់ លីញ"
    ),
    "id": Person(
        "Dewi Hartono", ("liaison",), mission="ID", languages=("ind", "eng"), khmer="ដេវី ហាតូណូ"
    ),
    "th": Person(
        "Anan Srisuk", ("liaison",), mission="TH", languages=("tha", "eng"), khmer="អាណាន់ ស្រីសុខ"
    ),
    "ph": Person(
        "Rosa Villanueva", ("liaison",), mission="PH", languages=("fil", "eng"),
        khmer="រ៉ូសា វីឡានួវ៉ា",
    ),
    "my": Person(
        "Nurul Hashim", ("liaison",), mission="MY", languages=("zsm", "eng"),
        khmer="នូរុល ហាស៊ីម",
    ),
    "ke": Person(
        "Grace Mwangi", ("liaison",), mission="KE", languages=("swa", "eng"),
        khmer="ហ្គ្រេស ម្វាំងហ្គី",
    ),
    "mfa": Person(
        "Keo Bopha", ("mfa",), unit="foreign-ministry", languages=("khm", "eng"), khmer="កែវ បុប្ផា"
    ),
    "care": Person(
        "Ouk Channary", ("care",), unit="shelter", languages=("khm", "vie"), khmer="អ៊ុក ចាន់ណារី"
    ),
    "child": Person(
        "Yim Sophea", ("child_protection",), unit="child-protection", khmer="យឹម សុភា"
    ),
    "child2": Person(
        "Pen Leakhena", ("child_protection",), unit="child-protection", khmer="ប៉ែន លក្ខិណា"
    ),
    "just": Person(
        "Mao Vuthy", ("justice",), unit="prosecution", languages=("khm",), khmer="ម៉ៅ វុទ្ធី"
    ),
    "just2": Person(
        "Sim Chanthou", ("justice",), unit="prosecution", languages=("khm",), khmer="ស៊ឹម ចន្ធូ"
    ),
    "visal": Person(
        "Ly Visal", ("supervisor",), unit="supervision", languages=("khm", "eng"), khmer="លី វិសាល"
    ),
    "visal2": Person(
        "Tith Kunthea", ("supervisor",), unit="supervision", languages=("khm",),
        khmer="ទិត្យ គន្ធា",
    ),
    "aud": Person(
        "Nov Nimol", ("auditor",), unit="inspection", languages=("khm", "eng"), khmer="នៅ និមល"
    ),
    "stat": Person(
        "Eang Phally", ("statistician",), unit="statistics", languages=("khm", "eng"),
        khmer="អៀង ផល្លី",
    ),
}  # fmt: skip
FIRST = ("sok", "vn", "id", "visal")
"""Of the three kinds of people whom the console is made for: shown first."""


def find(name: str) -> tuple[str, Person] | None:
    """Somebody by user name; `sok.officer` is `sok`, one person however addressed."""
    user, _, role = name.partition(".")
    person = PEOPLE.get(user)
    if person is None or (role and role not in person.roles):
        return None
    return user, person
