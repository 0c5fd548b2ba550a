use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};

use super::{attempt, tried};
use crate::raw::{Arg, call};

/// Sockets that lead out: an abstract one whose name is given, and families that know no namespaces.
pub(crate) fn main(name: &str) {
    let address = SocketAddr::from_abstract_name(name).unwrap();
    tried("abstract socket", UnixStream::connect_addr(&address));
    tried("host's port", std::net::TcpStream::connect(("127.0.0.1", 22)));
    for (name, family, kind) in [
        ("vsock", 40, 1),
        ("bluetooth", 31, 3),
        ("alg", 38, 5),
        ("qipcrtr", 42, 2),
        ("packet", 17, 3),
        ("raw", 2, 3),
        ("key", 15, 3),
    ] {
        let args = [Arg::N(family), Arg::N(kind), Arg::N(i64::from(name == "raw"))];
        attempt(name, call(libc::SYS_socket, &args));
    }
}
