//! One desk for each person: a second start hands its files to the first and ends.

use std::{
    fs::{File, TryLockError},
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

/// Most bytes that a second start may hand over.
const HANDED_BYTES_MAX: u64 = 64 << 10;
/// Until it has.
const HANDED_WITHIN: Duration = Duration::from_secs(2);

/// What this start is.
pub(crate) enum Start {
    /// The first: it listens for others as long as this is held.
    First(Listening),
    /// Another; the first has been told.
    Another,
}

/// The place where others are listened for.
pub(crate) struct Listening {
    listener: UnixListener,
    /// Locked as long as this process lives, whatever becomes of it.
    _lock: File,
}

/// Takes the place in `folder`, or tells who has it to show `files`.
pub(crate) fn start(folder: &Path, files: &[PathBuf]) -> io::Result<Start> {
    std::fs::create_dir_all(folder)?;
    let (lock, socket) = (File::create(folder.join("desk.lock"))?, folder.join("desk.socket"));
    match lock.try_lock() {
        Ok(()) => {
            // Whoever left it behind is gone: the lock says so.
            drop(std::fs::remove_file(&socket));
            Ok(Start::First(Listening { listener: UnixListener::bind(socket)?, _lock: lock }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut first = UnixStream::connect(socket)?;
            for file in files {
                // A name that is no text, or has an end of line in it, cannot be handed over; the window comes up all the same.
                let named = file.to_str().filter(|name| !name.contains('\n'));
                writeln!(first, "{}", named.unwrap_or_default())?;
            }
            Ok(Start::Another)
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

impl Listening {
    /// Calls for each other start, with its files, as long as the process lives.
    pub(crate) fn listen(self, called: impl Fn(Vec<PathBuf>) + Send + 'static) {
        std::thread::spawn(move || {
            // All of it: a closure would take the listener alone and let go of the lock.
            let place = self;
            for stream in place.listener.incoming().flatten() {
                called(handed(stream));
            }
        });
    }
}

fn handed(stream: UnixStream) -> Vec<PathBuf> {
    // Without a limit of time, one that says nothing would keep others waiting; that it cannot be set is no reason to hear nobody.
    drop(stream.set_read_timeout(Some(HANDED_WITHIN)));
    let lines = BufReader::new(stream.take(HANDED_BYTES_MAX)).lines();
    lines.map_while(Result::ok).filter(|line| !line.is_empty()).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_second_start_hands_its_files_to_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let (tell, told) = mpsc::channel();
        let Start::First(first) = start(folder.path(), &[]).unwrap() else { panic!("nobody was here") };
        first.listen(move |files| tell.send(files).unwrap());
        for files in [vec![], vec![PathBuf::from("/a b/amp.yaml"), PathBuf::from("/ü")]] {
            assert!(matches!(start(folder.path(), &files).unwrap(), Start::Another));
            assert_eq!(told.recv_timeout(Duration::from_secs(10)).unwrap(), files);
        }
    }

    #[test]
    fn what_a_crash_left_behind_is_no_first_start() {
        let folder = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(folder.path().join("desk.socket")).unwrap());
        assert!(matches!(start(folder.path(), &[]).unwrap(), Start::First(_)));
    }
}
