//! Sets the link arguments that a Node addon needs, and the `cfg` of a variant with a mistake (CONTRIBUTING.md), or for
//! ThreadSanitizer: as flags of the compiler they would build every dependency anew.

fn main() {
    println!("cargo::rerun-if-env-changed=MILLRACE_BROKEN");
    if let Ok(variant) = std::env::var("MILLRACE_BROKEN") {
        println!("cargo::rustc-cfg=broken_{variant}");
    }
    println!("cargo::rerun-if-env-changed=MILLRACE_PLAIN_MEMORY");
    if std::env::var_os("MILLRACE_PLAIN_MEMORY").is_some() {
        println!("cargo::rustc-cfg=plain_memory");
    }
    #[cfg(feature = "binding")]
    napi_build::setup();
}
