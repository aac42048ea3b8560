//! The manifest: which snapshots and which part of the log make up the store, and of which schema. It is written to
//! a file of another name, which then takes its name, so that there is always a whole one.
//!
//! ```text
//! 0               8        12       16    20    24      HEADER
//! | "millrman"    | format | length | CRC | zeros | body …
//!
//! body   u64 generation, u64 synced LSN, u32 schema version, u32 types, then for each type:
//!          text name, u32 next id, u64 complete through, u64 generation of its snapshot (0: none),
//!          u64 bytes and u32 CRC of that file, u32 fields, then for each field:
//!            text name, u32 kind | optional << 8, u32 enum values, each a text
//! text   u32 bytes, then UTF-8 without padding
//! ```

use super::bytes::{Reader, Writer};
use super::error::LogError;
use super::record::{MOST, checksum};
use super::storage::Storage;
use crate::schema::{Field, Kind, Schema, Type};
use crate::snapshot::Seal;
use std::io;

/// The manifest's name.
pub const NAME: &str = "MANIFEST";
/// The name of one that is being written.
const NEXT: &str = "MANIFEST.next";
/// Bytes of the header.
pub const HEADER: usize = 24;
/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;
const MAGIC: &[u8; 8] = b"millrman";
/// Bit of a field's word: the field is optional. Below it is the kind's code.
const OPTIONAL: u32 = 1 << 8;

/// What a manifest says of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeState {
    /// The id that the next record got when the snapshot was taken.
    pub next_id: u32,
    /// The LSN that the snapshot is complete through: later frames of the type are in the log.
    pub through: u64,
    /// The snapshot; `None` if the type had no records.
    pub snapshot: Option<SnapshotFile>,
}

/// A snapshot that a manifest names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Generation of the checkpoint that wrote it.
    pub generation: u64,
    /// What tells that it is whole.
    pub seal: Seal,
}

/// The name of the snapshot that a checkpoint wrote of a type.
pub fn snapshot_name(generation: u64, type_index: usize) -> String {
    format!("{generation:020}-{type_index:05}.arrow")
}

/// Whether this is the name of a snapshot.
pub fn is_snapshot(file: &str) -> bool {
    let numbers = file.strip_suffix(".arrow").and_then(|name| name.split_once('-'));
    let parsed = numbers.and_then(|(generation, t)| Some((generation.parse().ok()?, t.parse().ok()?)));
    parsed.is_some_and(|(generation, t)| snapshot_name(generation, t) == file)
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Number of the checkpoint that wrote it, and the highest that any of its files has.
    pub generation: u64,
    /// The highest LSN that was synced when it was written.
    pub synced: u64,
    /// Version of the schema: 1, and one more for each time that it was extended.
    pub schema_version: u32,
    /// The schema.
    pub schema: Schema,
    /// What is known of each type, in the schema's order.
    pub types: Vec<TypeState>,
}

impl Manifest {
    /// The first manifest of a store.
    pub fn new(schema: Schema) -> Self {
        let types = vec![TypeState { next_id: 1, through: 0, snapshot: None }; schema.types().len()];
        Self { generation: 1, synced: 0, schema_version: 1, schema, types }
    }

    /// The first LSN that has frames which no snapshot holds.
    pub fn log_from(&self) -> u64 {
        self.types.iter().map(|t| t.through).min().unwrap_or(0) + 1
    }

    /// The names of the snapshots, in the schema's order.
    pub fn snapshots(&self) -> impl Iterator<Item = Option<String>> {
        let states = self.types.iter().enumerate();
        states.map(|(index, t)| t.snapshot.map(|snapshot| snapshot_name(snapshot.generation, index)))
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Writer::default();
        body.u64(self.generation).u64(self.synced);
        body.u32(self.schema_version).u32(self.types.len() as u32);
        for (t, state) in self.schema.types().iter().zip(&self.types) {
            let none = SnapshotFile { generation: 0, seal: Seal { len: 0, crc: 0 } };
            let SnapshotFile { generation, seal } = state.snapshot.unwrap_or(none);
            body.text(t.name()).u32(state.next_id).u64(state.through);
            body.u64(generation).u64(seal.len).u32(seal.crc).u32(t.fields().len() as u32);
            for field in t.fields() {
                let optional = if field.optional { OPTIONAL } else { 0 };
                body.text(&field.name).u32(field.kind as u32 | optional).u32(field.values.len() as u32);
                field.values.iter().for_each(|value| _ = body.text(value));
            }
        }
        let mut bytes = Writer(MAGIC.to_vec());
        bytes.u32(FORMAT).u32(body.0.len() as u32).u32(checksum(&body.0)).u32(0);
        bytes.0.append(&mut body.0);
        bytes.0
    }

    /// The manifest with these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LogError> {
        let corrupt = |at: usize, what: &str| LogError::corrupt(NAME, at, what);
        let header = bytes.get(..HEADER).ok_or_else(|| corrupt(0, "the header is cut off"))?;
        let mut words = header[8..].chunks_exact(4).map(|word| crate::frame::word(word, 0));
        let mut word = || words.next().unwrap_or_default();
        let (format, len, crc, zeros) = (word(), word(), word(), word());
        if &header[..8] != MAGIC {
            return Err(corrupt(0, "it is no manifest"));
        }
        // A newer format may have another header behind this word.
        if format > FORMAT {
            return Err(LogError::Newer { file: NAME.to_owned(), version: format, known: FORMAT });
        }
        let body = &bytes[HEADER..];
        if format != FORMAT || zeros != 0 || body.len() != len as usize || checksum(body) != crc {
            return Err(corrupt(0, "the checksum is another"));
        }
        let mut reader = Reader::new(body);
        match Self::read(&mut reader) {
            Ok(manifest) if reader.left() == 0 => Ok(manifest),
            Ok(_) => Err(corrupt(HEADER + reader.at(), "bytes are left over")),
            Err(what) => Err(corrupt(HEADER + reader.at(), &what)),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, String> {
        let (generation, synced) = (reader.u64()?, reader.u64()?);
        let schema_version = reader.u32()?;
        if generation > MOST || synced > MOST || schema_version == u32::MAX {
            return Err("a number is impossible".into());
        }
        let (mut types, mut states) = (Vec::new(), Vec::new());
        for _ in 0..reader.u32()? {
            let name = reader.text()?;
            let (next_id, through) = (reader.u32()?, reader.u64()?);
            if next_id == 0 || through > synced {
                return Err("what is known of a type is impossible".into());
            }
            let (of, seal) = (reader.u64()?, Seal { len: reader.u64()?, crc: reader.u32()? });
            if of > generation {
                return Err("a snapshot is of a later checkpoint".into());
            }
            let mut fields = Vec::new();
            for _ in 0..reader.u32()? {
                fields.push(read_field(reader)?);
            }
            types.push(Type::new(name, fields).map_err(|error| error.to_string())?);
            let snapshot = (of != 0).then_some(SnapshotFile { generation: of, seal });
            states.push(TypeState { next_id, through, snapshot });
        }
        let schema = Schema::new(types).map_err(|error| error.to_string())?;
        Ok(Self { generation, synced, schema_version, schema, types: states })
    }

    /// Writes the manifest, for [`Manifest::put_in_force`].
    pub fn write_next(&self, storage: &dyn Storage) -> io::Result<()> {
        let file = storage.create(NEXT)?;
        file.append([&self.to_bytes(), &[]])?;
        file.sync()
    }

    /// Puts the manifest that was written in force. After an error, either that one or the one before is.
    pub fn put_in_force(storage: &dyn Storage) -> io::Result<()> {
        storage.rename(NEXT, NAME)?;
        storage.sync_dir()
    }

    /// Writes the manifest and puts it in force.
    pub fn store(&self, storage: &dyn Storage) -> io::Result<()> {
        self.write_next(storage)?;
        Self::put_in_force(storage)
    }
}

fn read_field(reader: &mut Reader<'_>) -> Result<Field, &'static str> {
    let name = reader.text()?.to_owned();
    let kind = reader.u32()?;
    let values = (0..reader.u32()?).map(|_| reader.text().map(str::to_owned)).collect::<Result<_, _>>()?;
    let optional = kind & OPTIONAL != 0;
    let kind = Kind::from_code(kind & !OPTIONAL).ok_or("a field has no such kind")?;
    Ok(Field { name, kind, optional, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let field = |name: &str, kind, optional, values: &[&str]| {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            Field { name: name.to_owned(), kind, optional, values }
        };
        let user = vec![
            field("näme", Kind::String, false, &[]),
            field("role", Kind::Enum8, true, &["", "ädmin", "x"]),
        ];
        let types = vec![
            Type::new("user \"1\"", user).unwrap(),
            Type::new("b", vec![field("a", Kind::Uint64, true, &[])]).unwrap(),
        ];
        let mut manifest = Manifest::new(Schema::new(types).unwrap());
        let seal = Seal { len: 123_456_789_012, crc: 0xdead_beef };
        manifest.types[1] =
            TypeState { next_id: 77, through: 9, snapshot: Some(SnapshotFile { generation: 4, seal }) };
        Manifest { generation: 4, synced: 12, schema_version: 2, ..manifest }
    }

    #[test]
    fn a_manifest_reads_back_and_no_bit_of_it_may_flip() {
        let manifest = manifest();
        assert_eq!(manifest.log_from(), 1);
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::from_bytes(&bytes).unwrap(), manifest);
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Manifest::from_bytes(&bad).is_err(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(Manifest::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn a_newer_format_is_told_as_such() {
        let mut bytes = manifest().to_bytes();
        bytes[8] = 9;
        let error = Manifest::from_bytes(&bytes).unwrap_err();
        assert!(matches!(error, LogError::Newer { version: 9, .. }), "{error}");
    }

    #[test]
    fn snapshots_have_names_of_their_own() {
        let names: Vec<_> = manifest().snapshots().collect();
        assert_eq!(names, [None, Some("00000000000000000004-00001.arrow".to_owned())]);
        assert!(is_snapshot(&snapshot_name(u64::MAX, 65_534)) && is_snapshot(&snapshot_name(1, 0)));
        for other in ["1-0.arrow", "MANIFEST", "00000000000000000004-00001.arrow.bak", "x.arrow"] {
            assert!(!is_snapshot(other), "{other}");
        }
    }
}
