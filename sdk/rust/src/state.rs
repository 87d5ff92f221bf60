//! One value of a processor's own, kept between its events. Capability: `keyValue`.

use crate::error::{checked, Error};
use crate::host;

/// The value that was set last, if there is one and it may be read.
pub fn get() -> Option<Vec<u8>> {
    #[cfg(target_arch = "wasm32")]
    {
        match unsafe { host::get_processor_state() } {
            0 => None,
            // The host asked `allocate` for it, so that it is this function's from now on.
            state => Some(unsafe { crate::exports::taken((state >> 32) as *mut u8, state as u32 as usize) }),
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        crate::fake::host::processor_state()
    }
}

pub fn set(value: impl AsRef<[u8]>) -> Result<(), Error> {
    let value = value.as_ref();
    checked(unsafe { host::set_processor_state(value.as_ptr(), value.len()) }).map(drop)
}
