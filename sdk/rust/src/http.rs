//! Requests to other servers. Capability: `http`.

use crate::error::{checked, read, read_if_there, text, Error};
use crate::host;

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub fn get(url: &str) -> Request {
    Request::new("GET", url)
}

pub fn post(url: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", url).body(body)
}

pub fn put(url: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("PUT", url).body(body)
}

pub fn delete(url: &str) -> Request {
    Request::new("DELETE", url)
}

/// Whether the function may send such a request.
pub fn is_allowed(method: &str, url: &str) -> Result<bool, Error> {
    match checked(unsafe { host::http_is_allowed(method.as_ptr(), method.len(), url.as_ptr(), url.len()) }) {
        Ok(answer) => Ok(answer != 0),
        Err(Error::Denied) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Request {
    pub fn new(method: &str, url: &str) -> Request {
        Request { method: method.to_owned(), url: url.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    /// Waits for the answer, be it one of an error of the other server's.
    pub fn send(self) -> Result<Response, Error> {
        let (method, url) = (&self.method, &self.url);
        let handle =
            Handle(checked(unsafe { host::http_open(method.as_ptr(), method.len(), url.as_ptr(), url.len()) })? as i32);
        for (name, value) in &self.headers {
            checked(unsafe { host::http_header(handle.0, name.as_ptr(), name.len(), value.as_ptr(), value.len()) })?;
        }
        let status = checked(unsafe { host::http_send(handle.0, self.body.as_ptr(), self.body.len()) })?;
        let body = read(|buffer, capacity| unsafe { host::http_response_body(handle.0, buffer, capacity) })?;
        Ok(Response { handle, status: status as u16, body })
    }
}

/// What another server answered. The host keeps its header fields until it is dropped.
#[derive(Debug)]
pub struct Response {
    handle: Handle,
    status: u16,
    body: Vec<u8>,
}

impl Response {
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 200 to 299.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn header(&self, name: &str) -> Result<Option<String>, Error> {
        let value = read_if_there(|buffer, capacity| unsafe {
            host::http_response_header(self.handle.0, name.as_ptr(), name.len(), buffer, capacity)
        })?;
        Ok(value.map(text))
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[derive(Debug)]
struct Handle(i32);

impl Drop for Handle {
    fn drop(&mut self) {
        unsafe { host::http_close(self.0) }
    }
}
