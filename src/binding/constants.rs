//! The numbers that both languages need. They have one source, here in Rust; `lib/` asks for them when it loads.

use super::js_handle::{CTX_END, CTX_SEQ, CTX_START, REPORT_ENTRY};
use crate::frame;
use crate::schema::{KINDS, MAX_ENUM_VALUES, MAX_FIELDS, MAX_ID, MAX_TYPES};
use crate::state;
use crate::store::block;
use napi_derive::napi;
use std::collections::HashMap;

/// What a kind is like.
#[napi(object)]
pub struct KindDescription {
    /// Its code.
    pub code: u32,
    /// Bytes of a value in a column, or of its length.
    pub width: u32,
    /// Whether values vary in size.
    pub variable: bool,
}

/// Kinds by name.
#[napi]
pub fn kinds() -> HashMap<String, KindDescription> {
    let describe = |kind: crate::schema::Kind| KindDescription {
        code: kind as u32,
        width: kind.width() as u32,
        variable: kind.is_variable(),
    };
    KINDS.iter().map(|&(kind, name)| (name.to_owned(), describe(kind))).collect()
}

/// Sizes, codes and limits by name.
#[napi]
pub fn constants() -> HashMap<String, u32> {
    let sizes = [
        ("MAX_TYPES", MAX_TYPES),
        ("MAX_FIELDS", MAX_FIELDS),
        ("MAX_ENUM_VALUES", MAX_ENUM_VALUES),
        ("FRAME_HEADER", frame::HEADER),
        ("OPERATIONS_HEADER", frame::OPERATIONS_HEADER),
        ("ALIGN", frame::ALIGN),
        ("BLOCK_HEADER", block::HEADER),
        ("STATE_LINE", state::LINE),
        ("STATE_POS", state::POS),
        ("CTX_START", CTX_START),
        ("CTX_END", CTX_END),
        ("CTX_SEQ", CTX_SEQ),
        ("REPORT_ENTRY", REPORT_ENTRY),
    ];
    let codes = [
        ("ROWS", frame::ROWS),
        ("OPERATIONS", frame::OPERATIONS),
        ("MODIFY", frame::MODIFY),
        ("DELETE", frame::DELETE),
        ("NULL", frame::NULL),
        ("MAX_ID", MAX_ID),
    ];
    let sizes = sizes.into_iter().map(|(name, size)| (name.to_owned(), size as u32));
    sizes.chain(codes.into_iter().map(|(name, code)| (name.to_owned(), code))).collect()
}
