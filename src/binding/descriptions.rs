//! Schemas as `lib/schema.js` describes them.

use crate::error::Error;
use crate::schema::{Field, Kind, Schema, Type};
use napi_derive::napi;

/// A field.
#[napi(object)]
pub struct FieldDescription {
    /// Its name.
    pub name: String,
    /// Code of its kind.
    pub kind: u32,
    /// Whether a record may lack it.
    pub optional: bool,
    /// The values of its enum; none for other kinds.
    pub values: Vec<String>,
}

/// A type.
#[napi(object)]
pub struct TypeDescription {
    /// Its name.
    pub name: String,
    /// Its fields, in the schema's order.
    pub fields: Vec<FieldDescription>,
}

/// The schema of these types.
pub fn schema(types: Vec<TypeDescription>) -> Result<Schema, Error> {
    let field = |field: FieldDescription| match Kind::from_code(field.kind) {
        Some(kind) => Ok(Field { name: field.name, kind, optional: field.optional, values: field.values }),
        None => Err(Error::Schema(format!("no kind has the code {}", field.kind))),
    };
    let types = types
        .into_iter()
        .map(|t| Type::new(t.name, t.fields.into_iter().map(field).collect::<Result<_, _>>()?));
    Schema::new(types.collect::<Result<_, _>>()?)
}

/// The types of a schema.
pub fn describe_types(schema: &Schema) -> Vec<TypeDescription> {
    let describe = |field: &Field| FieldDescription {
        name: field.name.clone(),
        kind: field.kind as u32,
        optional: field.optional,
        values: field.values.clone(),
    };
    let types = schema.types().iter().map(|t| TypeDescription {
        name: t.name().to_owned(),
        fields: t.fields().iter().map(describe).collect(),
    });
    types.collect()
}
