use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};

use crate::Error;
use crate::kernel::Named as _;

/// One end of a way by which processes give each other descriptors.
#[derive(Debug)]
pub(crate) struct Post(OwnedFd);

impl Post {
    /// The two ends.
    pub(crate) fn pair() -> Result<(Self, Self), Error> {
        let (a, b) = rustix::net::socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .named(|| "socketpair(AF_UNIX, SOCK_SEQPACKET)".into())?;
        Ok((Self(a), Self(b)))
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Hands a descriptor over.
    pub(crate) fn send(&self, fd: BorrowedFd<'_>) -> Result<(), Error> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds = [fd];
        control.push(SendAncillaryMessage::ScmRights(&fds));
        let text = [IoSlice::new(b"f")];
        rustix::net::sendmsg(&self.0, &text, &mut control, SendFlags::NOSIGNAL)
            .map(drop)
            .named(|| "sendmsg(descriptor for the server)".into())
    }

    /// Tells the other end that what it sent is in its place.
    pub(crate) fn confirm(&self) -> Result<(), Error> {
        rustix::net::send(&self.0, b"c", SendFlags::NOSIGNAL)
            .map(drop)
            .named(|| "send(confirmation)".into())
    }

    /// Waits until the other end confirms; not so when nobody is left who could.
    pub(crate) fn is_confirmed(&self) -> Result<bool, Error> {
        let mut text = [0u8; 1];
        let received = rustix::io::retry_on_intr(|| {
            rustix::net::recv(&self.0, &mut text, RecvFlags::empty()).map(|(read, _)| read)
        });
        received.map(|read| read > 0).named(|| "recv(confirmation)".into())
    }

    /// Ends the way for both ends, in every process that has them.
    pub(crate) fn close(&self) {
        // It can't fail but for an end that is no socket.
        let _closed = rustix::net::shutdown(&self.0, rustix::net::Shutdown::Both);
    }

    /// Waits for the next descriptor; none when nobody is left who could send one.
    pub(crate) fn receive(&self) -> Result<Option<OwnedFd>, Errno> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut text = [0u8; 1];
        let mut parts = [IoSliceMut::new(&mut text)];
        let flags = RecvFlags::CMSG_CLOEXEC;
        rustix::io::retry_on_intr(|| {
            rustix::net::recvmsg(&self.0, &mut parts, &mut control, flags)
        })?;
        let fds = control.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(fds) => Some(fds),
            _ => None,
        });
        Ok(fds.flatten().next())
    }
}
