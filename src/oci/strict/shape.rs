//! Which JSON objects clients read as structures, and which of their keys they know.
//!
//! Go's `encoding/json` matches the keys of a structure without regard to case, and those of a map
//! exactly. So `Layers` is `layers` to one client and nothing to another, while the labels `Name`
//! and `name` are two labels to all of them.

/// How the keys of an object are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As a structure: each key once whatever its case, the known ones exactly as written here.
    ///
    /// Where keys are known, an array in its place is refused: Go would refuse it, and serde would
    /// take its elements for the fields in their order.
    Structure {
        /// The known keys, and how their values are read.
        known: &'static [(&'static str, &'static Self)],
        /// How the value of any other key is read.
        other: &'static Self,
    },
    /// As a map: each key once. Arrays of maps, and anything else, have this shape too.
    Map,
    /// As an array of values of a shape.
    List(&'static Self),
}

/// A value of which nothing is known; objects in it may be structures.
static UNKNOWN: Shape = Shape::Structure {
    known: &[],
    other: &UNKNOWN,
};

static MAP: Shape = Shape::Map;

static PLATFORM: Shape = Shape::Structure {
    known: &[
        ("architecture", &UNKNOWN),
        ("os", &UNKNOWN),
        ("os.version", &UNKNOWN),
        ("os.features", &UNKNOWN),
        ("variant", &UNKNOWN),
    ],
    other: &UNKNOWN,
};

static DESCRIPTOR: Shape = Shape::Structure {
    known: &[
        ("mediaType", &UNKNOWN),
        ("digest", &UNKNOWN),
        ("size", &UNKNOWN),
        ("urls", &UNKNOWN),
        ("annotations", &MAP),
        ("data", &UNKNOWN),
        ("platform", &PLATFORM),
        ("artifactType", &UNKNOWN),
    ],
    other: &UNKNOWN,
};

static DESCRIPTORS: Shape = Shape::List(&DESCRIPTOR);

/// A manifest or an index.
pub(super) static DOCUMENT: Shape = Shape::Structure {
    known: &[
        ("schemaVersion", &UNKNOWN),
        ("mediaType", &UNKNOWN),
        ("artifactType", &UNKNOWN),
        ("config", &DESCRIPTOR),
        ("layers", &DESCRIPTORS),
        ("manifests", &DESCRIPTORS),
        ("subject", &DESCRIPTOR),
        ("annotations", &MAP),
    ],
    other: &UNKNOWN,
};

/// An image config; what airlock does not read may hold maps anywhere.
pub(super) static CONFIG: Shape = Shape::Structure {
    known: &[
        ("os", &MAP),
        ("architecture", &MAP),
        ("variant", &MAP),
        ("os.version", &MAP),
        ("os.features", &MAP),
        ("rootfs", &ROOTFS),
        ("config", &RUN_CONFIG),
    ],
    other: &MAP,
};

static ROOTFS: Shape = Shape::Structure {
    known: &[("type", &MAP), ("diff_ids", &MAP)],
    other: &MAP,
};

static RUN_CONFIG: Shape = Shape::Structure {
    known: &[("OnBuild", &MAP)],
    other: &MAP,
};
