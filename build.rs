//! Sets the link arguments that a Node addon needs, and the `cfg` of a variant with a mistake (CONTRIBUTING.md): as a flag of
//! the compiler it would build every dependency anew.

fn main() {
    println!("cargo::rerun-if-env-changed=MILLRACE_BROKEN");
    if let Ok(variant) = std::env::var("MILLRACE_BROKEN") {
        println!("cargo::rustc-cfg=broken_{variant}");
    }
    #[cfg(feature = "binding")]
    napi_build::setup();
}
