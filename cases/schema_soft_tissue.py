"""The soft_tissue section of a construct: every number with its range and source."""

from typing import TYPE_CHECKING

from pydantic import Field

from cases.section import Section, overrides_of
from materials.soft_tissue import DiscTissue, JointCartilage, LumbarLigaments, PelvicLigaments, SoftTissue

if TYPE_CHECKING:
    DiscNumbers = Section
    LumbarNumbers = Section
    PelvicNumbers = Section
    JointNumbers = Section
else:
    DiscNumbers = overrides_of(DiscTissue, name="DiscNumbers", about="Discs.")
    LumbarNumbers = overrides_of(LumbarLigaments, name="LumbarNumbers", about="Lumbar ligaments.")
    PelvicNumbers = overrides_of(PelvicLigaments, name="PelvicNumbers", about="Ligaments of the pelvis.")
    JointNumbers = overrides_of(JointCartilage, name="JointNumbers", about="Joint cartilage.")


class SoftTissueNumbers(Section):
    """Discs, ligaments and joints. Ligaments are linear springs: they push as they pull."""

    disc: DiscNumbers = Field(default_factory=DiscNumbers, description="annulus, fibres, nucleus, graft")
    lumbar: LumbarNumbers = Field(
        default_factory=LumbarNumbers, description="ligaments between vertebrae: modulus and area"
    )
    pelvic: PelvicNumbers = Field(
        default_factory=PelvicNumbers, description="ligaments of the pelvis: stiffness of one side"
    )
    joints: JointNumbers = Field(default_factory=JointNumbers, description="cartilage")

    def tissue(self) -> SoftTissue:
        """The tables with the numbers of this case."""
        return SoftTissue(
            disc=DiscTissue(**self.disc.given()),
            lumbar=LumbarLigaments(**self.lumbar.given()),
            pelvic=PelvicLigaments(**self.pelvic.given()),
            joints=JointCartilage(**self.joints.given()),
        )
