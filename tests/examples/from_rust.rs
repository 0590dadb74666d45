// Faults for the length of a block, from Rust through extern "C". Linked with libfaultline.so.
use std::{ffi::{c_char, c_int, c_void, CString}, fs::File, io::Write, ptr};

#[link(name = "faultline")]
extern "C" {
    fn faultline_process() -> *mut c_void;
    fn faultline_begin(injector: *mut c_void, faults: *const c_char, whom: c_int, skip: u64, why: *mut c_char, room: usize) -> *mut c_void;
    fn faultline_end(scope: *mut c_void);
}

struct Scope(*mut c_void);
impl Scope {
    fn new(faults: &str) -> Scope {
        let text = CString::new(faults).unwrap();
        Scope(unsafe { faultline_begin(faultline_process(), text.as_ptr(), 0, 0, ptr::null_mut(), 0) })
    }
}
impl Drop for Scope {
    fn drop(&mut self) { unsafe { faultline_end(self.0) } }
}

fn main() {
    let mut null = File::create("/dev/null").unwrap();
    {
        let _full = Scope::new("name = 'full'\nfunctions = ['write']\ntype = 'errno'\nerrno = 'ENOSPC'\n");
        assert_eq!(null.write(b"one").unwrap_err().raw_os_error(), Some(28));
    }
    assert_eq!(null.write(b"two").unwrap(), 3);
    println!("the write in the block failed, the one after it did not");
}
