//! Writes valid regions of every type as a first corpus for the decoder: `seeds <folder>`.

use millrace::schema::Type;
use millrace_fuzz::common::{Op, operations, rows};
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

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let schema = schema();
    let mut everything = Vec::new();
    for (index, t) in schema.types().iter().enumerate() {
        let new = |first: u32, count: u32| {
            rows(index, t, first, &(first..first + count).map(|seed| record(t, seed)).collect::<Vec<_>>())
        };
        let region = [new(1, 3), operations(index, &changes(t))].concat();
        everything.extend(&region);
        std::fs::write(folder.join(format!("{}-few", t.name())), region)?;
        // Over the end of a page of 256 or 1,024 rows, with a gap before.
        std::fs::write(folder.join(format!("{}-border", t.name())), [new(1022, 6), new(254, 5)].concat())?;
    }
    let text = &schema.types()[3];
    let large = (0..).map(|seed| record(text, seed)).find(|record| format!("{record:?}").len() > 32 * 1024);
    std::fs::write(folder.join("large"), rows(3, text, 1, &[record(text, 1), large.expect("one of them")]))?;
    std::fs::write(folder.join("everything"), everything)
}
