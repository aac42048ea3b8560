//! Sets the link arguments that a Node addon needs; does nothing for the core alone.

fn main() {
    #[cfg(feature = "binding")]
    napi_build::setup();
}
