"""The parts that charts and SmartArt are, the same in Word, PowerPoint and Excel."""

from __future__ import annotations

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
SMART_ART = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
SMART_ART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def chart() -> str:
    """A chart that says « intitule », « serie » and « categorie »."""
    title = "<c:title><c:tx><c:rich><a:p><a:r><a:t>intitule</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    names = "".join(
        f"<c:{kind}><c:strRef><c:strCache><c:pt idx='0'><c:v>{text}</c:v></c:pt></c:strCache></c:strRef></c:{kind}>"
        for kind, text in (("tx", "serie"), ("cat", "categorie"))
    )
    plot = f"<c:plotArea><c:barChart><c:ser>{names}</c:ser></c:barChart></c:plotArea>"
    return f"<c:chartSpace xmlns:c='{CHART}' xmlns:a='{_A}'><c:chart>{title}{plot}</c:chart></c:chartSpace>"


def smart_art(*texts: str) -> str:
    """A SmartArt that says these texts, a shape each."""
    points = "".join(f"<dgm:pt><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>" for text in texts)
    return f"<dgm:dataModel xmlns:dgm='{SMART_ART}' xmlns:a='{_A}'><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
