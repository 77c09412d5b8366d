"""The parts of an .xlsx and how they refer to one another (ECMA-376 part 2), so that what we do not touch stays."""

import io
import posixpath
import zipfile
from dataclasses import dataclass, field

from lxml import etree

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPES_PART = "[Content_Types].xml"
_LEVEL = 1  # of 9: what a person opens once is a little larger, and half as dear to write
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_blank_text=False)


def parse(content: bytes) -> etree._Element:
    """XML of a part; entities are not resolved, and nothing is fetched."""
    return etree.fromstring(content, _PARSER)


def new_root(namespace: str, tag: str) -> etree._Element:
    """The root of a new part, in a namespace without a prefix."""
    return parse(f'<{tag} xmlns="{namespace}"/>'.encode())


def serialise(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def text_of(element: etree._Element) -> str:
    """All text in an element, whatever runs it is split into."""
    return "".join(str(text) for text in element.itertext())


@dataclass
class Package:
    """Parts by their names without a leading slash, in the order of the file; changed ones are kept as trees."""

    parts: dict[str, bytes]
    _trees: dict[str, etree._Element] = field(default_factory=dict)
    _looked_at: dict[str, etree._Element] = field(default_factory=dict)

    @classmethod
    def read(cls, content: bytes) -> "Package":
        """A file that the guarded reader has read before: its sizes, names and checksums are known to be good."""
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return cls({info.filename: file.read(info) for info in file.infolist() if not info.is_dir()})

    def write(self) -> bytes:
        for name, tree in self._trees.items():
            self.parts[name] = serialise(tree)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in self.parts.items():
                file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, _LEVEL)
        return stream.getvalue()

    def tree(self, name: str) -> etree._Element:
        """The XML of a part, to be changed in place."""
        if name not in self._trees:
            self._trees[name] = parse(self.parts[name])
        return self._trees[name]

    def add(self, name: str, content_type: str, root: etree._Element) -> None:
        """A new part under a name that is free (`free_name`)."""
        self.parts[name] = b""
        self._trees[name] = root
        etree.SubElement(self.tree(_TYPES_PART), f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=content_type)

    def declare_extension(self, extension: str, content_type: str) -> None:
        """What parts with an extension are, unless that is said already."""
        types = self.tree(_TYPES_PART)
        if all(each.get("Extension", "").lower() != extension for each in types.iter(f"{{{_TYPES}}}Default")):
            types.insert(0, etree.Element(f"{{{_TYPES}}}Default", Extension=extension, ContentType=content_type))

    def free_name(self, pattern: str) -> str:
        """The first name of a pattern with a number, `xl/comments{}.xml`, that no part has."""
        taken = {name.lower() for name in self.parts}
        number = next(number for number in range(1, len(taken) + 2) if pattern.format(number).lower() not in taken)
        return pattern.format(number)

    def target(self, source: str, relationship_id: str) -> str:
        """The part that a relationship leads to.

        Raises:
            KeyError: there is no such relationship.
        """
        for each in self._read_relationships(source):
            if each.get("Id") == relationship_id:
                return self._resolve(source, each.get("Target", ""))
        raise KeyError(relationship_id)

    def related(self, source: str, kind: str) -> str | None:
        """The first part of a kind (the last word of the relationship's type) that a part refers to."""
        for each in self._read_relationships(source):
            if each.get("Type", "").rpartition("/")[2] == kind:
                return self._resolve(source, each.get("Target", ""))
        return None

    def relate(self, source: str, kind: str, target: str) -> str:
        """Let a part refer to another one; gives the relationship's id. `kind` is the whole type."""
        relationships = self._relationships(source)
        taken = {each.get("Id") for each in relationships}
        new_id = next(f"rIdIoc{number}" for number in range(1, len(taken) + 2) if f"rIdIoc{number}" not in taken)
        etree.SubElement(relationships, f"{{{_RELATIONSHIPS}}}Relationship", Id=new_id, Type=kind, Target=f"/{target}")
        return new_id

    def _read_relationships(self, source: str) -> etree._Element:
        """To be read only: a part that nobody changes keeps its bytes."""
        part = _relationships_part(source)
        if part in self._trees:
            return self._trees[part]
        if part not in self._looked_at:
            is_there = part in self.parts
            self._looked_at[part] = parse(self.parts[part]) if is_there else new_root(_RELATIONSHIPS, "Relationships")
        return self._looked_at[part]

    def _relationships(self, source: str) -> etree._Element:
        part = _relationships_part(source)
        if part not in self.parts:
            empty = new_root(_RELATIONSHIPS, "Relationships")
            self.parts[part] = serialise(empty)
        return self.tree(part)

    def _resolve(self, source: str, target: str) -> str:
        """The part's name as it is in the file: names compare without case."""
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).lstrip("/")
        return next((name for name in self.parts if name.lower() == path.lower()), path)


def _relationships_part(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")
