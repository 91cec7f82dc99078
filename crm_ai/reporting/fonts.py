"""Fonts that a document takes along, found on this machine: one for most of the world's letters, one for Chinese."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from crm_ai.errors import CrmAiError
from crm_ai.reporting.typesetting import WIDE
from crm_ai.words import _

CHOSEN = "CRM_AI_FONT"


@dataclass(frozen=True, slots=True)
class Font:
    """A font file.

    Parameters
    ----------
    path : Path
        The file.
    place : int, default 0
        Which font of a collection.
    """

    path: Path
    place: int = 0


# Simplified Chinese, as systems usually have it; Noto's collections begin with Japanese and Korean.
CHINESE = (
    Font(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2),
    Font(Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"), 2),
    Font(Path("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc"), 2),
    Font(Path("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc"), 2),
    Font(Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")),
    Font(Path("/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc")),
    Font(Path("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc")),
    Font(Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")),
    Font(Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")),
    Font(Path("C:/Windows/Fonts/msyh.ttc")),
    Font(Path("C:/Windows/Fonts/Deng.ttf")),
    Font(Path("C:/Windows/Fonts/simhei.ttf")),
    Font(Path("C:/Windows/Fonts/simsun.ttc")),
    Font(Path("/System/Library/Fonts/Hiragino Sans GB.ttc")),
    Font(Path("/System/Library/Fonts/STHeiti Light.ttc")),
    Font(Path("/System/Library/Fonts/PingFang.ttc")),
    Font(Path("/Library/Fonts/Arial Unicode.ttf")),
    Font(Path("/System/Library/Fonts/Supplemental/Arial Unicode.ttf")),
)


def find_chinese(environment: Mapping[str, str] = os.environ, known: Sequence[Font] = CHINESE) -> Font | None:
    """Find a font with Chinese characters.

    Parameters
    ----------
    environment : mapping of str to str
        Variables; ``CRM_AI_FONT`` names a font file that is taken first.
    known : sequence of Font
        Where to look, the best first.

    Returns
    -------
    Font or None
        The first that is there.

    Raises
    ------
    CrmAiError
        If the file that the environment names is not there.
    """
    chosen = environment.get(CHOSEN, "")
    if chosen and not Path(chosen).is_file():
        raise CrmAiError(
            _("The font that {variable} names is not there.").format(variable=CHOSEN),
            where=chosen,
            next_step=_("Name a .ttf, .ttc or .otf file, or leave it empty."),
        )
    return Font(Path(chosen)) if chosen else next((font for font in known if font.path.is_file()), None)


def printable(text: str) -> bool:
    """Whether a text can be printed here.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        False for one with Chinese characters where no font on this machine has them.
    """
    return re.search(f"[{WIDE}]", text) is None or find_chinese() is not None


def letters(bold: bool = False) -> Path:
    """Font for Latin, Greek, Cyrillic and signs, which comes with matplotlib.

    Parameters
    ----------
    bold : bool, default False
        Whether letters are heavy.

    Returns
    -------
    Path
        DejaVu Sans.
    """
    spec = find_spec("matplotlib")
    folder = Path(spec.origin or "").parent / "mpl-data" / "fonts" / "ttf" if spec else Path()
    return folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


def no_chinese() -> CrmAiError:
    """Say which font is missing.

    Returns
    -------
    CrmAiError
        To be raised.
    """
    return CrmAiError(
        _("No font with Chinese characters was found on this machine."),
        where="PDF",
        next_step=_(
            "Install one, for instance Noto Sans CJK or WenQuanYi Micro Hei (Debian, Ubuntu: fonts-wqy-microhei), or "
            "name a font file in {variable}. HTML and PowerPoint need none."
        ).format(variable=CHOSEN),
    )
