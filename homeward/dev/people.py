"""The persons of stories and demo: who they are, for `homeward token --as NAME`. All invented."""

from homeward.edge.people import PEOPLE, Person, find

__all__ = ["PEOPLE", "Person", "find"]
