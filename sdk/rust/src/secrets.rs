//! Secrets that the manifest names. Capability: `secrets`.

use crate::error::{read_if_there, text, Error};
use crate::host;

/// The secret of this name, if there is one.
pub fn get(name: &str) -> Result<Option<String>, Error> {
    let bytes = read_if_there(|buffer, capacity| unsafe { host::secret_get(name.as_ptr(), name.len(), buffer, capacity) })?;
    Ok(bytes.map(text))
}
