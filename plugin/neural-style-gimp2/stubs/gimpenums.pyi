"""The used part of GIMP 2.10's module gimpenums; the names are those of libgimp/gimpenums.h without GIMP_."""

RGB: int  # GimpImageBaseType
GRAY: int
INDEXED: int
RGBA_IMAGE: int  # GimpImageType
GRAYA_IMAGE: int
NORMAL_MODE: int  # GimpLayerModeEffects, of before 2.10
ADD_SELECTION_MASK: int  # GimpAddMaskType, of before 2.10
RUN_INTERACTIVE: int  # GimpRunMode
RUN_NONINTERACTIVE: int
RUN_WITH_LAST_VALS: int
