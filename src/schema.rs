//! Schemas: which types a store has, and which fields a type has.

use crate::error::Error;

/// Most types of a schema: a frame names its type in 16 bits, and 65,535 stays free.
pub const MAX_TYPES: usize = 65_535;
/// Most fields of a type.
pub const MAX_FIELDS: usize = 1_024;
/// The largest id: one past it is a u32 too.
pub const MAX_ID: u32 = u32::MAX - 1;
/// Most values of an enum: an index in 16 bits.
pub const MAX_ENUM_VALUES: usize = 65_536;

/// The base type of a field. The number is the kind's code in JavaScript too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each is the base type of the same name")]
pub enum Kind {
    String = 0,
    Binary = 1,
    Json = 2,
    Boolean = 3,
    Int8 = 4,
    Uint8 = 5,
    Int16 = 6,
    Uint16 = 7,
    Int32 = 8,
    Uint32 = 9,
    Int64 = 10,
    Uint64 = 11,
    Float32 = 12,
    Float64 = 13,
    /// Milliseconds since 1970, as a float64: what a JavaScript `Date` holds.
    Timestamp = 14,
    /// An index into the values of an enum of at most 256.
    Enum8 = 15,
    /// An index into the values of a larger enum.
    Enum16 = 16,
}

/// Every kind with its name, in the order of their codes. Enums have no base type's name.
pub const KINDS: [(Kind, &str); 17] = [
    (Kind::String, "string"),
    (Kind::Binary, "binary"),
    (Kind::Json, "json"),
    (Kind::Boolean, "boolean"),
    (Kind::Int8, "int8"),
    (Kind::Uint8, "uint8"),
    (Kind::Int16, "int16"),
    (Kind::Uint16, "uint16"),
    (Kind::Int32, "int32"),
    (Kind::Uint32, "uint32"),
    (Kind::Int64, "int64"),
    (Kind::Uint64, "uint64"),
    (Kind::Float32, "float32"),
    (Kind::Float64, "float64"),
    (Kind::Timestamp, "timestamp"),
    (Kind::Enum8, "enum8"),
    (Kind::Enum16, "enum16"),
];

impl Kind {
    /// The kind with this code.
    pub fn from_code(code: u32) -> Option<Self> {
        KINDS.get(code as usize).map(|&(kind, _)| kind)
    }

    /// Bytes of one value in a column; for a kind of varying size, of its length.
    pub const fn width(self) -> usize {
        match self {
            Kind::Boolean | Kind::Int8 | Kind::Uint8 | Kind::Enum8 => 1,
            Kind::Int16 | Kind::Uint16 | Kind::Enum16 => 2,
            Kind::String | Kind::Binary | Kind::Json => 4,
            Kind::Int32 | Kind::Uint32 | Kind::Float32 => 4,
            Kind::Int64 | Kind::Uint64 | Kind::Float64 | Kind::Timestamp => 8,
        }
    }

    /// Whether values vary in size, and so live in a heap.
    pub const fn is_variable(self) -> bool {
        matches!(self, Kind::String | Kind::Binary | Kind::Json)
    }

    /// Whether values are text: UTF-8 in the store, its length counted in UTF-16 units in frames and rows.
    pub const fn is_text(self) -> bool {
        matches!(self, Kind::String | Kind::Json)
    }

    /// Whether values are indexes into an enum's values.
    pub const fn is_enum(self) -> bool {
        matches!(self, Kind::Enum8 | Kind::Enum16)
    }
}

/// A field of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, any string but `id`.
    pub name: String,
    /// Its base type.
    pub kind: Kind,
    /// Whether a record may lack it.
    pub optional: bool,
    /// The values of its enum; none for other kinds.
    pub values: Vec<String>,
}

/// A field's definition, as a message shows it; of an enum the first values.
impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind.is_enum() {
            true => write!(f, "an enum of {} values: {:.60}", self.values.len(), self.values.join(", "))?,
            false => f.write_str(KINDS[self.kind as usize].1)?,
        }
        f.write_str(if self.optional { " (optional)" } else { "" })
    }
}

/// A type: its name, its fields, and the order of their columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    name: String,
    fields: Vec<Field>,
    columns: Vec<usize>,
}

impl Type {
    /// A type with these fields, in this order.
    pub fn new(name: impl Into<String>, fields: Vec<Field>) -> Result<Self, Error> {
        let name = name.into();
        let invalid = |what: String| Err(Error::Schema(format!("type {name:?}: {what}")));
        if fields.is_empty() || fields.len() > MAX_FIELDS {
            return invalid(format!("{} fields, of 1 to {MAX_FIELDS}", fields.len()));
        }
        let mut seen = std::collections::HashSet::new();
        for field in &fields {
            if field.name == "id" || field.name.is_empty() || !seen.insert(&field.name) {
                return invalid(format!("field name {:?} is empty, taken or reserved", field.name));
            }
            let most = if field.kind == Kind::Enum8 { 256 } else { MAX_ENUM_VALUES };
            if field.kind.is_enum() && (field.values.is_empty() || field.values.len() > most) {
                return invalid(format!("field {:?}: {} enum values", field.name, field.values.len()));
            }
        }
        let mut columns: Vec<usize> = (0..fields.len()).collect();
        columns.sort_by_key(|&field| std::cmp::Reverse(fields[field].kind.width()));
        Ok(Self { name, fields, columns })
    }

    fn extended_by(&self, given: &Self) -> Result<Self, String> {
        let named = |fields: &[Field], name: &str| fields.iter().find(|field| field.name == name).cloned();
        for stored in &self.fields {
            let place = format!("field {:?} of type {:?} is stored as {stored}", stored.name, self.name);
            match named(&given.fields, &stored.name) {
                Some(same) if same == *stored => {}
                Some(other) => return Err(format!("{place}, and the schema given has {other}")),
                None => return Err(format!("{place}, and the schema given does not have it")),
            }
        }
        let mut fields = self.fields.clone();
        fields
            .extend(given.fields.iter().filter(|field| named(&self.fields, &field.name).is_none()).cloned());
        if let Some(field) = fields[self.fields.len()..].iter().find(|field| !field.optional) {
            let place = format!("field {:?} of type {:?}", field.name, self.name);
            return Err(format!(
                "{place} is not stored, and the schema given has {field}: a new field must be optional"
            ));
        }
        Self::new(&self.name, fields).map_err(|error| error.to_string())
    }

    /// The type's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The fields, in the schema's order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Indexes of the fields in the order of their columns in a frame: widest first, then as in the schema,
    /// so that each column is aligned to its width with no padding.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }
}

/// All types of a store; a type is known by its index here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    types: Vec<Type>,
}

impl Schema {
    /// A schema of these types.
    pub fn new(types: Vec<Type>) -> Result<Self, Error> {
        if types.is_empty() || types.len() > MAX_TYPES {
            return Err(Error::Schema(format!("{} types, of 1 to {MAX_TYPES}", types.len())));
        }
        let mut seen = std::collections::HashSet::new();
        match types.iter().find(|t| t.name.is_empty() || !seen.insert(&t.name)) {
            Some(t) => Err(Error::Schema(format!("type name {:?} is empty or taken", t.name))),
            None => Ok(Self { types }),
        }
    }

    /// This schema with the types and optional fields that only `given` has, behind its own; else what `given` changes.
    pub fn extended_by(&self, given: &Self) -> Result<Self, String> {
        let mut types = Vec::new();
        for stored in &self.types {
            let same = given.types.iter().find(|t| t.name == stored.name);
            let same = same.ok_or_else(|| {
                format!("type {:?} is stored, and the schema given does not have it", stored.name)
            })?;
            types.push(stored.extended_by(same)?);
        }
        let is_new = |t: &&Type| !self.types.iter().any(|stored| stored.name == t.name);
        types.extend(given.types.iter().filter(is_new).cloned());
        Self::new(types).map_err(|error| error.to_string())
    }

    /// That `given` has the same types and fields, in any order; else what it changes.
    pub fn same_as(&self, given: &Self) -> Result<(), String> {
        let extended = self.extended_by(given)?;
        if let Some(t) = extended.types.get(self.types.len()) {
            return Err(format!(
                "type {:?} is in the schema given, and the open store does not have it",
                t.name
            ));
        }
        for (ours, t) in self.types.iter().zip(&extended.types) {
            if let Some(field) = t.fields.get(ours.fields.len()) {
                let place = format!("field {:?} of type {:?}", field.name, t.name);
                return Err(format!(
                    "{place} is {field} in the schema given, and the open store does not have it"
                ));
            }
        }
        Ok(())
    }

    /// The types, by index.
    pub fn types(&self) -> &[Type] {
        &self.types
    }
}
