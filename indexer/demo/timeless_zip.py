"""Removes from office archives (zip) the moment at which they were written."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

# The oldest date that a zip can carry: no reader shows it, and every run gives the same.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def remove_dates(archive: bytes) -> bytes:
    """Give the same archive with one fixed date on every member."""
    rewritten = BytesIO()
    with ZipFile(BytesIO(archive)) as source, ZipFile(rewritten, "w") as target:
        for member in source.infolist():
            target.writestr(_make_member(member.filename), source.read(member))
    return rewritten.getvalue()


def _make_member(name: str) -> ZipInfo:
    member = ZipInfo(name, date_time=_EPOCH)
    # OpenDocument and EPUB are known by this first member, which must lie open.
    member.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
    member.create_system = 0  # Windows and Linux would each write their own number
    return member
