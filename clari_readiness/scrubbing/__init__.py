"""Answers of a tenant made unrecognisable: what no contract allows to be kept becomes a pseudonym, or is left out."""

from clari_readiness.scrubbing.answers import Answer, Scrubbed, Scrubber
from clari_readiness.scrubbing.keys import recording_key
from clari_readiness.scrubbing.pseudonyms import Pseudonyms
from clari_readiness.scrubbing.surfaces import contract_of

__all__ = ["Answer", "Pseudonyms", "Scrubbed", "Scrubber", "contract_of", "recording_key"]
