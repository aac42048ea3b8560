//! Writes a first corpus for the decoder: valid regions of every type, and some that are just not valid.
//! `seeds <folder>`

use millrace::schema::{Kind, MAX_ID, Type};
use millrace_fuzz::common::{Op, Value, operations, rows, text};
use millrace_fuzz::schema::{record, schema};
use std::path::PathBuf;

/// A modify of all fields of record 1, one of some fields of record 2, a modify that clears what may be absent, and two
/// deletes, one of which fails.
fn changes(t: &Type) -> Vec<Op> {
    let whole = |seed: u32| record(t, seed).into_iter().enumerate().collect::<Vec<_>>();
    let some = whole(7).into_iter().step_by(3).collect();
    let cleared = whole(0).into_iter().filter(|(field, _)| t.fields()[*field].optional).collect();
    vec![
        Op::Modify(1, 0, whole(5)),
        Op::Modify(2, 1, some),
        Op::Modify(1, 2, cleared),
        Op::Delete(2, 3),
        Op::Delete(2, 4),
    ]
}

/// A record and changes to it, each with an enum's first value that does not exist.
fn over(index: usize, t: &Type) -> [Vec<u8>; 2] {
    let fields = || t.fields().iter().enumerate().filter(|(_, field)| field.kind.is_enum());
    let value = |field: usize| {
        let field = &t.fields()[field];
        Value::Fixed((field.values.len() as u32).to_le_bytes()[..field.kind.width()].into())
    };
    let mut bad = record(t, 1);
    fields().for_each(|(field, _)| bad[field] = value(field));
    let cells = fields().map(|(field, _)| (field, value(field))).collect();
    let good = rows(index, t, 1, &[record(t, 1)]);
    [rows(index, t, 1, &[bad]), [good, operations(index, &[Op::Modify(1, 0, cells)])].concat()]
}

/// A page with a value outside of its heap, whose heap is compacted.
fn compacted(index: usize, t: &Type) -> Vec<u8> {
    let field = t.fields().iter().position(|field| field.kind == Kind::String).expect("a string");
    let set = |id: u32, len: usize| Op::Modify(id, 0, vec![(field, text(&"é".repeat(len / 2)))]);
    let ops = [set(1, 33_000), set(2, 3_000), set(2, 3_002), set(2, 3_004), set(1, 40)];
    [rows(index, t, 1, &[record(t, 1), record(t, 2)]), operations(index, &ops)].concat()
}

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let write = |name: &str, region: &[u8]| std::fs::write(folder.join(name), region);
    let schema = schema();
    let mut everything = Vec::new();
    for (index, t) in schema.types().iter().enumerate() {
        let new = |first: u32, count: u32| {
            rows(index, t, first, &(first..first + count).map(|seed| record(t, seed)).collect::<Vec<_>>())
        };
        let region = [new(1, 3), operations(index, &changes(t))].concat();
        everything.extend(&region);
        write(&format!("{}-few", t.name()), &region)?;
        // Over the end of a page of 256 or 1,024 rows, with a gap before.
        write(&format!("{}-border", t.name()), &[new(1022, 6), new(254, 5)].concat())?;
        // A row too many, and what is left over by one too few.
        for (name, count) in [("more", 4u32), ("less", 2)] {
            let mut region = new(1, 3);
            region[12..16].copy_from_slice(&count.to_le_bytes());
            write(&format!("{}-{name}", t.name()), &region)?;
        }
    }
    write("everything", &everything)?;
    for (name, index) in [("every", 0), ("optional", 2)] {
        let [rows, operations] = over(index, &schema.types()[index]);
        write(&format!("{name}-enum-rows"), &rows)?;
        write(&format!("{name}-enum-operations"), &operations)?;
    }
    let (byte, strings) = (&schema.types()[1], &schema.types()[3]);
    for (name, first) in [("last-id", MAX_ID), ("over-last-id", MAX_ID + 1), ("no-id", 0)] {
        write(name, &rows(1, byte, first, &[record(byte, 1)]))?;
    }
    write("compacted", &compacted(3, strings))?;
    // A text that ends between the halves of a character: one unit goes from the second value to the first.
    let values = |first: &str, second: &str| {
        [text("0"), text(first), Value::Absent, text("0"), text(second), Value::Absent]
    };
    let [a, b, c, d, e, f] = values("x😀", "y");
    let mut split = rows(3, strings, 1, &[vec![a, b, c], vec![d, e, f]]);
    let (lengths, swap) = (
        [3u32.to_le_bytes(), 1u32.to_le_bytes()].concat(),
        [2u32.to_le_bytes(), 2u32.to_le_bytes()].concat(),
    );
    let at = split.windows(8).position(|bytes| bytes == lengths).expect("the lengths of both");
    split[at..at + 8].copy_from_slice(&swap);
    write("split-character", &split)
}
