"""L5, L4, their discs and facet joints, put together on a sacrum."""

from dataclasses import dataclass, replace

from geometry.arrays import Floats
from geometry.field import Field
from geometry.lumbar.disc import L4L5_DISCS, L4L5_MALE, L5S1_DISCS, L5S1_MALE, Disc, DiscShape, placed_on
from geometry.lumbar.facet_joint import FacetCartilage
from geometry.lumbar.graft import Graft, GraftShape
from geometry.lumbar.level import Endplate, Facet, sacral_endplate, sacral_facets
from geometry.lumbar.shape import L4_MALE, L4_SHAPES, L5_MALE, L5_SHAPES, VertebraShape
from geometry.lumbar.vertebra import Vertebra
from geometry.parameters import check_ranges, number
from geometry.sacrum.promise import SacrumBody


@dataclass(frozen=True, kw_only=True)
class LumbarPlan:
    """What stands on the sacrum, and what the operation took away.

    Attributes:
        l5, l4: numbers of the vertebrae; no L4 if None.
        l5s1, l4l5: numbers of the discs.
        l5_facets, l4_facets: "none", "partial" or "total" resection of the inferior articular processes.
        l5_laminectomy, l4_laminectomy: spinous process and laminae are removed.
        graft: strut blocks in place of the L5-S1 disc; the disc stays if None.
    """

    l5: VertebraShape = L5_MALE
    l4: VertebraShape | None = L4_MALE
    l5s1: DiscShape = L5S1_MALE
    l4l5: DiscShape = L4L5_MALE
    facet_gap_mm: float = number(2.0, 1.0, 3.5, "mm", "joint space with both cartilages, chosen")
    l5_facets: str = "none"
    l4_facets: str = "none"
    l5_laminectomy: bool = False
    l4_laminectomy: bool = False
    graft: GraftShape | None = None

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.lumbar")


def mean_lumbar(sex: str) -> LumbarPlan:
    """The mean L5, L4 and discs of "male" or "female"."""
    return LumbarPlan(l5=L5_SHAPES[sex], l4=L4_SHAPES[sex], l5s1=L5S1_DISCS[sex], l4l5=L4L5_DISCS[sex])


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One body of the lumbar spine for a mesh: its part name, field and box (2, 3), and whether it displaces
    bone and so comes before all of it."""

    name: str
    field: Field
    bounds_mm: Floats
    through_bone: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Lumbar:
    """The lumbar spine above a sacrum, in the anatomical frame (x left, y back, z up).

    Attributes:
        plan: what it was built from.
        l5, l4: the vertebrae; no L4 if None.
        l5s1, l4l5: the discs; None where a graft stands or the level is absent.
        facet_joints: cartilages by part name; none where the process was removed.
        grafts: left and right strut block, or empty.
    """

    plan: LumbarPlan
    l5: Vertebra
    l4: Vertebra | None
    l5s1: Disc | None
    l4l5: Disc | None
    facet_joints: tuple[tuple[str, FacetCartilage], ...]
    grafts: tuple[Graft, ...]

    def pieces(self) -> tuple[Piece, ...]:
        """All bodies but the sacrum, in order of priority; the sacrum comes before all but those that go
        through bone.

        A nucleus comes before its disc, so that the disc is left with the annulus. Grafts come last, after
        the bones they sink into, but for those in a bed or where bone is lost.
        """
        named: list[tuple[str, Field, Floats]] = [("l5", self.l5, self.l5.bounds_mm)]
        if self.l4 is not None:
            named.append(("l4", self.l4, self.l4.bounds_mm))
        for name, disc in (("disc_l5s1", self.l5s1), ("disc_l4l5", self.l4l5)):
            if disc is not None:
                named.append((f"{name}_nucleus", disc.nucleus, disc.bounds_mm))
                named.append((f"{name}_annulus", disc, disc.bounds_mm))
        named += [(name, joint, joint.bounds_mm) for name, joint in self.facet_joints]
        pieces = [Piece(name=name, field=field, bounds_mm=bounds) for name, field, bounds in named]
        for graft in self.grafts:
            piece = Piece(
                name=f"graft_{graft.side}",
                field=graft,
                bounds_mm=graft.bounds_mm,
                through_bone=graft.through_bone,
            )
            pieces.insert(0 if piece.through_bone else len(pieces), piece)
        return tuple(pieces)

    def grafted(self, shape: GraftShape, lower: Endplate, upper: Endplate, *, in_loss: bool) -> "Lumbar":
        """The same with strut blocks from the lower to the upper plate in place of the disc L5-S1.

        Args:
            shape: of both blocks.
            lower, upper: the endplates, or the fronts of what is lost of S1 and L5.
            in_loss: whether they are such fronts.

        Raises:
            GeometryError: blocks that do not fit.
        """
        sides = (Graft(shape, side, lower, upper, in_loss=in_loss) for side in ("left", "right"))
        return replace(self, plan=replace(self.plan, graft=shape), l5s1=None, grafts=tuple(sides))


def build_lumbar(sacrum: SacrumBody, plan: LumbarPlan = LumbarPlan()) -> Lumbar:
    """L5, and L4 if planned, on this sacrum, their inferior processes fitted to the facets below.

    Raises:
        GeometryError: an unknown resection, bones that would cut each other, or a graft that does not fit.
    """
    return lumbar_on(sacrum, sacral_endplate(sacrum), sacral_facets(sacrum), plan)


def lumbar_on(sacrum: Field, base: Endplate, base_facets: tuple[Facet, Facet], plan: LumbarPlan) -> Lumbar:
    """The same on any bone with a known endplate and known left and right superior facets.

    Raises:
        GeometryError: an unknown resection, bones that would cut each other, or a graft that does not fit.
    """
    l5 = Vertebra(
        plan.l5,
        placed_on(base, plan.l5s1, plan.l5),
        sacrum,
        base_facets,
        gap_mm=plan.facet_gap_mm,
        facet_resection=plan.l5_facets,
        laminectomy=plan.l5_laminectomy,
    )
    joints = _cartilages("facet_l5s1", base_facets, sacrum, l5)
    l4, upper_disc = None, None
    if plan.l4 is not None:
        l4 = Vertebra(
            plan.l4,
            placed_on(l5.upper, plan.l4l5, plan.l4),
            l5,
            l5.superior_facets,
            gap_mm=plan.facet_gap_mm,
            facet_resection=plan.l4_facets,
            laminectomy=plan.l4_laminectomy,
        )
        joints += _cartilages("facet_l4l5", l5.superior_facets, l5, l4)
        upper_disc = Disc(plan.l4l5, l5.upper, l4.lower, (l5, l4))
    whole = Lumbar(
        plan=plan,
        l5=l5,
        l4=l4,
        l5s1=Disc(plan.l5s1, base, l5.lower, (sacrum, l5)),
        l4l5=upper_disc,
        facet_joints=joints,
        grafts=(),
    )
    return whole if plan.graft is None else whole.grafted(plan.graft, base, l5.lower, in_loss=False)


def _cartilages(
    name: str, facets: tuple[Facet, Facet], below: Field, above: Vertebra
) -> tuple[tuple[str, FacetCartilage], ...]:
    """Left and right cartilage with their part names; none if nothing is left to meet the facets."""
    if above.facet_resection == "total":
        return ()
    return tuple(
        (f"{name}_{side}", FacetCartilage(facet=facet, below=below, above=above))
        for side, facet in zip(("left", "right"), facets, strict=True)
    )
