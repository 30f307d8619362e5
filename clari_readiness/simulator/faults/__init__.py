"""Faults: what can go wrong between a request and its answer, each chosen by request, one module for each kind.

A fault is anything with a `match` and an `act`. It stands below the application, so it can answer instead of it, let
it answer and lose the answer, or cut the connection. To add one: a module here with a frozen dataclass, and a test that
shows that without it nothing changes and with it exactly one thing does.
"""

from clari_readiness.simulator.faults.answer_lost import AnswerLost
from clari_readiness.simulator.faults.bad_gateway import BadGateway
from clari_readiness.simulator.faults.broken_gzip import BrokenGzip
from clari_readiness.simulator.faults.contents.amount_too_large import AmountTooLarge
from clari_readiness.simulator.faults.contents.changed_type import ChangedType
from clari_readiness.simulator.faults.contents.conflicting_entries import ConflictingEntries
from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.empty_results import EmptyResults
from clari_readiness.simulator.faults.contents.missing_key import MissingKey
from clari_readiness.simulator.faults.contents.odd_amounts import OddAmounts
from clari_readiness.simulator.faults.contents.odd_names import OddNames
from clari_readiness.simulator.faults.contents.repeated_entries import RepeatedEntries
from clari_readiness.simulator.faults.contents.second_role import SecondRole
from clari_readiness.simulator.faults.contents.unknown_key import UnknownKey
from clari_readiness.simulator.faults.contents.unordered import Unordered
from clari_readiness.simulator.faults.contents.vanished_person import VanishedPerson
from clari_readiness.simulator.faults.cut_short import CutShort
from clari_readiness.simulator.faults.dripping import Dripping
from clari_readiness.simulator.faults.during import During
from clari_readiness.simulator.faults.endless import Endless
from clari_readiness.simulator.faults.error_inside import ErrorInside
from clari_readiness.simulator.faults.expired import Expired
from clari_readiness.simulator.faults.job_ends import JobEnds
from clari_readiness.simulator.faults.job_gone import JobGone
from clari_readiness.simulator.faults.job_shape import JobShape
from clari_readiness.simulator.faults.job_slow import JobSlow
from clari_readiness.simulator.faults.job_status import JobStatus
from clari_readiness.simulator.faults.job_stuck import JobStuck
from clari_readiness.simulator.faults.limit_reached import LimitReached
from clari_readiness.simulator.faults.malformed import Malformed
from clari_readiness.simulator.faults.matching import Fault, Injector, Match
from clari_readiness.simulator.faults.others_exports import OthersExports
from clari_readiness.simulator.faults.outage import Outage
from clari_readiness.simulator.faults.pages.empty_page import EmptyPage
from clari_readiness.simulator.faults.pages.foreign_link import ForeignLink
from clari_readiness.simulator.faults.pages.full_last_page import FullLastPage
from clari_readiness.simulator.faults.pages.inserted_event import InsertedEvent
from clari_readiness.simulator.faults.pages.overlapping_page import OverlappingPage
from clari_readiness.simulator.faults.pages.page_loop import PageLoop
from clari_readiness.simulator.faults.pages.page_sizes import PageSizes
from clari_readiness.simulator.faults.rate_limited import RateLimited
from clari_readiness.simulator.faults.redirected import Redirected
from clari_readiness.simulator.faults.reset import Reset
from clari_readiness.simulator.faults.reset_in_body import ResetInBody
from clari_readiness.simulator.faults.revoked import Revoked
from clari_readiness.simulator.faults.shared_week import SharedWeek
from clari_readiness.simulator.faults.status import Status
from clari_readiness.simulator.faults.truncated import Truncated
from clari_readiness.simulator.faults.wrong_period import WrongPeriod
from clari_readiness.simulator.faults.wrong_type import WrongType

__all__ = [
    "AmountTooLarge",
    "AnswerLost",
    "BadGateway",
    "BrokenGzip",
    "ChangedType",
    "ConflictingEntries",
    "Content",
    "CutShort",
    "Dripping",
    "During",
    "EmptyPage",
    "EmptyResults",
    "Endless",
    "ErrorInside",
    "Expired",
    "Fault",
    "ForeignLink",
    "FullLastPage",
    "Injector",
    "InsertedEvent",
    "JobEnds",
    "JobGone",
    "JobShape",
    "JobSlow",
    "JobStatus",
    "JobStuck",
    "LimitReached",
    "Malformed",
    "Match",
    "MissingKey",
    "OddAmounts",
    "OddNames",
    "OthersExports",
    "Outage",
    "OverlappingPage",
    "PageLoop",
    "PageSizes",
    "RateLimited",
    "Redirected",
    "RepeatedEntries",
    "Reset",
    "ResetInBody",
    "Revoked",
    "SecondRole",
    "SharedWeek",
    "Status",
    "Truncated",
    "UnknownKey",
    "Unordered",
    "VanishedPerson",
    "WrongPeriod",
    "WrongType",
]
