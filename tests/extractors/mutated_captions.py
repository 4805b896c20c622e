"""Captions that say the same in other ways, and what FFmpeg reads of them, as many players do."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import av

if TYPE_CHECKING:
    from random import Random

LINES = (
    "La commission examinera douze dossiers.",
    "Elle évoquera l’hébergement d’été.",
    "NOTE de service du préfet",
    "Clôture à midi",
)


def mutate_subrip(chance: Random) -> bytes:
    """SubRip with times, numbers, tags and blank lines as programs write them."""
    separator, arrow = chance.choice([",", ".", ","]), chance.choice([" --> ", "-->", "  -->  "])
    is_numbered, blank = chance.random() < 0.8, chance.choice(["\n", "\n\n", "\n \n"])
    cues = list[str]()
    for number, line in enumerate(LINES, 1):
        start, end = _write_time(chance, number * 5, separator), _write_time(chance, number * 5 + 3, separator)
        tag = chance.choice(["{}", "<i>{}</i>", "{{\\an8}}{}", '<font color="#fff">{}</font>', "{} <b>gras</b>"])
        settings = chance.choice(["", "", " X1:10 X2:20 Y1:1 Y2:2"])
        cues.append((f"{number}\n" if is_numbered else "") + f"{start}{arrow}{end}{settings}\n{tag.format(line)}\n")
    return blank.join(cues).replace("\n", chance.choice(["\n", "\r\n"])).encode(chance.choice(["utf-8", "utf-8-sig"]))


def mutate_webvtt(chance: Random) -> bytes:
    """WebVTT with headers, names of cues, settings, comments and styles as programs write them."""
    header = chance.choice(["WEBVTT", "WEBVTT - titre", "WEBVTT\nKind: captions\nLanguage: fr"])
    cues = [f"{header}\n"]
    if chance.random() < 0.4:
        cues.append(chance.choice(["NOTE relu hier\n", "STYLE\n::cue { color: red }\n", "NOTE\nsur deux\nlignes\n"]))
    for number, line in enumerate(LINES[:2] + LINES[3:], 1):
        hours = chance.choice(["", "00:"])
        name = chance.choice(["", f"{number}\n", f"cue-{number}\n"])
        settings = chance.choice(["", " align:start position:10%", " line:0"])
        text = chance.choice(["{}", "<v Ana>{}</v>", "<c.jaune>{}</c>", "<00:00:01.000>{}"]).format(line)
        cues.append(f"{name}{hours}00:{number * 5:02}.000 --> {hours}00:{number * 5 + 3:02}.500{settings}\n{text}\n")
    return "\n".join(cues).replace("\n", chance.choice(["\n", "\r\n"])).encode(chance.choice(["utf-8", "utf-8-sig"]))


def mutate_ssa(chance: Random) -> bytes:
    """SSA or ASS, its fields in another order, with overrides and comments."""
    fields = ["Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect"]
    values = {
        "Layer": "0",
        "Style": "Default",
        "Name": "",
        "MarginL": "0",
        "MarginR": "0",
        "MarginV": "0",
        "Effect": "",
    }
    events = list[str]()
    for number, line in enumerate(LINES, 1):
        timed = {**values, "Start": f"0:00:{number * 5:02}.00", "End": f"0:00:{number * 5 + 3:02}.50"}
        text = chance.choice(["{}", "{{\\i1}}{}{{\\i0}}", "{{\\pos(10,20)}}{}", "{}\\Nsuite"]).format(line)
        events.append(f"Dialogue: {','.join(timed[name] for name in fields)},{text}")
    if chance.random() < 0.3:
        events.append("Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,relu")
    chance.shuffle(events)
    body = "\n".join(events)
    styles = "[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n"
    text = f"[Script Info]\nScriptType: v4.00+\n\n{styles}[Events]\nFormat: {', '.join(fields)}, Text\n{body}\n"
    return text.replace("\n", chance.choice(["\n", "\r\n"])).encode(chance.choice(["utf-8", "utf-8-sig"]))


def _write_time(chance: Random, seconds: int, separator: str) -> str:
    hours = chance.choice(["00", "0"])
    return f"{hours}:{seconds // 60:02}:{seconds % 60:02}{separator}{chance.choice(['000', '500'])}"


def read_by_ffmpeg(content: bytes) -> str:
    """The text of all cues, without tags and overrides; "" where it does not know the format."""
    texts = list[str]()
    try:
        container = av.open(io.BytesIO(content), "r")
    except av.error.FFmpegError:
        # It takes no captions without numbers for SubRip.
        return ""
    with container:
        for packet in container.demux(container.streams.subtitles[0]):
            decoded: list[Any] = list(packet.decode()) if packet.size else []
            for subtitle in decoded:
                for rectangle in getattr(subtitle, "rects", (subtitle,)):
                    written = (getattr(rectangle, "ass", b"") or b"").decode(errors="replace")
                    texts.append(re.sub(r"\{[^}]*\}|\\[Nnh]", " ", written.split(",", 8)[-1]))
    return "\n".join(texts)
