// A scope in which every allocation fails can be left from Rust, by the end of its block. Linked with libfaultline.so.
use std::{ffi::{c_char, c_int, c_void}, ptr};

#[link(name = "faultline")]
extern "C" {
    fn faultline_process() -> *mut c_void;
    fn faultline_begin(injector: *mut c_void, faults: *const c_char, whom: c_int, skip: u64, why: *mut c_char, room: usize) -> *mut c_void;
    fn faultline_end(scope: *mut c_void);
}

struct Scope(*mut c_void);
impl Drop for Scope {
    fn drop(&mut self) { unsafe { faultline_end(self.0) } }
}

fn has_memory() -> bool { Vec::<u8>::new().try_reserve_exact(std::hint::black_box(1000)).is_ok() }

fn main() {
    let faults = b"name = 'none'\nfunctions = ['malloc', 'calloc', 'realloc']\ntype = 'errno'\nerrno = 'ENOMEM'\n\0";
    let inside = {
        let _none = Scope(unsafe { faultline_begin(faultline_process(), faults.as_ptr().cast(), 0, 0, ptr::null_mut(), 0) });
        has_memory()
    };
    assert!(!inside);
    assert!(has_memory());
    println!("left");
}
