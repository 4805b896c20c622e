"""Videos and sound: duration, properties, and embedded subtitles with their times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import av.error
from av.stream import Discard, Disposition
from av.subtitles.subtitle import AssSubtitle

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.captions import CaptionCue, build_cue_sections, clean_lines, remove_overrides
from extractors.recordings import FRENCH, open_recording
from extractors.text import clean_title, parse_authors, parse_iso_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

    from extractors.model import Limits

_MICROSECONDS = 1_000_000
# Where a poster frame is looked for, in shares of the duration; the beginning comes last, since videos begin in black.
_POSTER_POSITIONS = (0.1, 0.3, 0.5, 0.0)
# A frame whose lightest and darkest greys differ by less (of 255) is blank, and only taken for want of a better one.
_FLAT_CONTRAST = 12


def extract(path: Path, limits: Limits) -> Extraction:  # noqa: ARG001  every reader has the same shape
    """The duration and properties of a recording, and one Section for each subtitle.

    Its format is that of its tracks: what holds no images but a cover is sound, whatever container it is in.
    """
    with open_recording(path) as container:
        kind, tags = _tell_kind(container), _read_tags(container)
        microseconds = container.duration
        track = _choose_subtitle_track(container)
        sections = build_cue_sections(_read_cues(container, track)) if track is not None else ()
        pictures = track is None and len(container.streams.subtitles) > 0
    return Extraction(
        kind,
        sections,
        title=clean_title(tags.get("title", "")),
        authors=parse_authors(tags.get("artist", "") or tags.get("author", "")),
        created=parse_iso_date(tags.get("creation_time", "") or tags.get("date", "")),
        duration=microseconds / _MICROSECONDS if microseconds and microseconds > 0 else None,
        warnings=("Les sous-titres de cette vidéo sont des images, qui ne sont pas lues.",) if pictures else (),
    )


def read_poster(path: Path) -> Image:
    """A frame that represents the video; UnreadableFileError where no frame can be decoded."""
    image = None
    with open_recording(path) as container:
        for share in _POSTER_POSITIONS:
            image = _read_frame(container, share) or image
            if image is not None and not _is_flat(image):
                return image
    if image is None:
        raise UnreadableFileError(Reason.DAMAGED, "aucune image dans la vidéo")
    return image


def _tell_kind(container: Any) -> Format:
    """Whether a recording is watched or listened to; UnreadableFileError where it has neither images nor sound."""
    # The cover of a record is a track of one image.
    if any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video):
        return Format.VIDEO
    if container.streams.audio:
        return Format.SOUND
    raise UnreadableFileError(Reason.DAMAGED, "ni images ni son")


def _read_tags(container: Any) -> dict[str, str]:
    """What the file says of itself, by names in small letters; Ogg keeps that with the track."""
    tracks = (stream.metadata for stream in container.streams.audio[:1])
    return {key.lower(): text for each in (*tracks, container.metadata) for key, text in each.items()}


def _choose_subtitle_track(container: Any) -> Any | None:
    """The subtitle track to read: the French one, else the first. Tracks made of pictures are not considered."""
    texts = [stream for stream in container.streams.subtitles if _is_text_track(stream)]
    return next((stream for stream in texts if stream.language in FRENCH), texts[0] if texts else None)


def _is_text_track(stream: Any) -> bool:
    return stream.codec_context is not None and stream.codec_context.name not in {"dvdsub", "pgssub", "dvbsub", "xsub"}


def _read_cues(container: Any, track: Any) -> Iterator[CaptionCue]:
    """The cues of a subtitle track, in the order of the file."""
    for other in container.streams:
        # Sound and images are nearly all of the file: FFmpeg skips the streams that are discarded.
        if other is not track:
            other.discard = Discard.all
    for packet in container.demux(track):
        if packet.pts is None:
            continue
        start = float(packet.pts * packet.time_base)
        end = start + float((packet.duration or 0) * packet.time_base)
        lines = clean_lines(line for text in _decode_packet(packet) for line in text.split("\n"))
        if lines:
            yield CaptionCue(max(start, 0.0), max(end, start, 0.0), lines)


def _decode_packet(packet: Any) -> Iterator[str]:
    # A subtitle that cannot be decoded is skipped: the others are worth having.
    try:
        decoded = packet.decode()
    except av.error.FFmpegError:
        return
    for subtitle in decoded:
        # PyAV gives the rectangles of a subtitle, or sets of them, according to its version.
        for rectangle in getattr(subtitle, "rects", (subtitle,)):
            if isinstance(rectangle, AssSubtitle):
                yield _dialogue_text(rectangle)


def _dialogue_text(subtitle: AssSubtitle) -> str:
    """The text of an SSA event, which follows eight other fields (layer, style, speaker, margins, effect…)."""
    written = subtitle.ass or subtitle.text or b""
    fields = written.decode("utf-8", errors="replace").split(",", 8)
    return remove_overrides(fields[-1])


def _read_frame(container: Any, share: float) -> Image | None:
    """The first key frame at this share of the duration; None where there is none."""
    stream = next(iter(container.streams.video), None)
    if stream is None:
        return None
    # Key frames decode by themselves; any other needs those before it, at many times the cost.
    stream.codec_context.skip_frame = "NONKEY"
    try:
        container.seek(int((container.duration or 0) * share))
        frame = next(container.decode(stream), None)
    except av.error.FFmpegError:
        return None
    return None if frame is None else frame.to_image()


def _is_flat(image: Image) -> bool:
    greys = image.convert("L").resize((64, 64)).tobytes()
    return max(greys) - min(greys) < _FLAT_CONTRAST
