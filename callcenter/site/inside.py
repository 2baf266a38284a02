"""What the people of the house may dial."""

from __future__ import annotations

from typing import Annotated

from callcenter.site.words import Name, allow

Code = Annotated[str, allow(r"^[*#][0-9*#]{1,7}$", "a feature code: * or # and 1 to 7 more keys, as *43")]
"""What is dialled for a feature."""

FeatureCodes = dict[Name, Code]
