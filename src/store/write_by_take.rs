//! Lets writers whose `take` gives a `StoreError` be used where an [`io::Write`](std::io::Write) is.

/// Implements `io::Write` by `take`; `StoreError::from_io` finds the reason of a failure.
macro_rules! write_by_take {
    ($name:ty) => {
        impl std::io::Write for $name {
            /// Takes all of `bytes`.
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.take(bytes)?;
                Ok(bytes.len())
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
    };
}

pub(super) use write_by_take;
