"""Text that acts wherever it is taken for anything else."""

from __future__ import annotations


def payload(channel: str) -> str:
    """Return text that acts as HTML, as a link, as a template; its quotes and end tags break out of wherever it lands.

    Where it acts, the page gets another title.
    """
    hit = f"document.title='hit by {channel}'"
    ends = "\"'></title></style></pre></script>"
    return f'{channel}{ends}{{{{ 7 * 7 }}}}{{% raw %}}=1+1<a href="javascript:{hit}">x</a><img src=x onerror="{hit}">'
