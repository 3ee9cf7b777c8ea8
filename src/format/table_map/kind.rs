//! Kinds of sections.

/// The kinds of sections, with the numbers that the page gives them.
macro_rules! kinds {
    ($($number:literal $kind:ident $says:literal,)*) => {
        /// What a section is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MapSectionKind {
            $(#[doc = $says] $kind,)*
            /// A kind that this program does not know.
            Unknown(u64),
        }

        impl MapSectionKind {
            /// Its number on the page.
            pub const fn number(self) -> u64 {
                match self {
                    $(Self::$kind => $number,)*
                    Self::Unknown(number) => number,
                }
            }

            pub(super) const fn of_number(number: u64) -> Self {
                match number {
                    $($number => Self::$kind,)*
                    number => Self::Unknown(number),
                }
            }
        }
    };
}

kinds! {
    0 Other "Anything else.",
    1 Header "Settings of the session, comments before the first object.",
    2 Replication "Coordinates, GTIDs.",
    3 Database "A database that is made or gone to.",
    4 TableDefinition "The definition of a table.",
    5 TableData "The data of a table.",
    6 Trigger "A trigger.",
    7 View "A view.",
    8 Routine "A procedure or function of MySQL.",
    9 Event "An event.",
    10 Sequence "A sequence.",
    11 SequenceValue "The value of a sequence.",
    12 SequenceOwned "The column that owns a sequence.",
    13 ColumnDefault "The default of a column.",
    14 Constraint "A constraint.",
    15 ForeignKey "A foreign key.",
    16 Index "An index.",
    17 Statistics "Extended statistics.",
    18 Policy "A policy of row security.",
    19 Rule "A rule.",
    20 Comment "A comment on an object.",
    21 Attach "The attaching of a partition or an index.",
    22 Identity "An identity column.",
    23 Cluster "Clustering, or a replica identity.",
    24 Owner "The owner of an object.",
    25 Acl "Privileges.",
    26 Type "A type or domain.",
    27 Extension "An extension.",
    28 Function "A function of PostgreSQL.",
    29 Schema "A schema.",
    30 LargeObject "Large objects.",
    31 Histogram "A histogram.",
    32 Keys "Keys that phpMyAdmin adds at the end.",
    33 Footer "The end.",
}
