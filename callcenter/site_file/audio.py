"""The recordings a site file names are kept with the site, so that the file's folder may go."""

from __future__ import annotations

import shutil
from pathlib import Path

from callcenter.errors import HotlineError
from callcenter.settings import Settings
from callcenter.site import Site


def keep(site: Site, beside: Path, settings: Settings) -> int:
    """Copy uploaded prompts and music from the folder of the site file. Gives how many files were copied.

    Raises HotlineError naming the file that can't be read; what is kept already stays.
    """
    prompts = {name for prompt in site.prompts for name in prompt.audio.values()}
    pairs = [(beside / name, settings.audio / name) for name in sorted(prompts)]
    for music in site.music:
        if music.folder is not None:
            tunes = sorted(path for path in (beside / music.folder).glob("*") if path.is_file())
            pairs += [(path, settings.music / music.folder / path.name) for path in tunes]
    for source, target in pairs:
        _copy(source, target)
    return len(pairs)


def _copy(source: Path, target: Path) -> None:
    growing = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, growing)
        growing.replace(target)
    except OSError as error:
        raise HotlineError(f"{source}: can't be kept: {error.strerror}") from error
