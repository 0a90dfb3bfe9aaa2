"""Friends, requests and blocks."""

from typing import Final

from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import UNKNOWN, nothing, of, one, person
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op


def _relate(a: Args) -> c.Command:
    b = of(a.body, s.BondIn)
    return c.Block(person(a)) if b.bond == "blocked" else c.RequestFriend(person(a))


def _relationships(found: list[m.Relationship]) -> object:
    return s.Relationships([render.relationship(x) for x in found])


OPERATIONS: Final = (
    Op("GET", "/relationships", "One's friends, requests and blocks.",
       lambda _: c.ListRelationships(), one(_relationships), 200, "relationships",
       returns=s.Relationships),
    Op("PUT", "/relationships/{user_id}", "Ask to be friends, accept what was asked, or block.", _relate,
       nothing, 204, "relationships", body=s.BondIn, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", "/relationships/{user_id}", "End a friendship or a block, withdraw or reject a request.",
       lambda a: c.EndRelationship(person(a)), nothing, 204, "relationships",
       refuses=(Code.NOT_FOUND,)),
)  # fmt: skip
