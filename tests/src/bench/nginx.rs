//! A receiver that is fast enough not to be what is measured: nginx, which answers 200 to everything.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::Failure;

const START_MAX: Duration = Duration::from_secs(10);

/// A running nginx; it ends on drop.
pub(super) struct Nginx {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Nginx {
    pub(super) fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let path = folder.path().display();
        let config = format!(
            "worker_processes 1; daemon off; pid {path}/pid; error_log {path}/error.log;\n\
             events {{ worker_connections 2048; }}\n\
             http {{ access_log off; keepalive_requests 100000000; client_max_body_size 20m; client_body_buffer_size 512k;\n\
             client_body_temp_path {path}/body; proxy_temp_path {path}/proxy; fastcgi_temp_path {path}/fastcgi;\n\
             uwsgi_temp_path {path}/uwsgi; scgi_temp_path {path}/scgi;\n\
             server {{ listen {address}; location / {{ add_header ETag '\"0\"'; return 200; }} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, config)?;
        // As root its worker runs as somebody else, who must get into the folder.
        #[cfg(unix)]
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let mut nginx = Command::new("nginx");
        nginx.args(["-p", &path.to_string(), "-c", &file.display().to_string()]).stderr(Stdio::null());
        let process = nginx.spawn().map_err(|error| format!("cannot start nginx (apt-get install nginx-light): {error}"))?;
        let nginx = Self { process, address, _folder: folder };
        let deadline = Instant::now() + START_MAX;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err("nginx does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(nginx)
    }

    pub(super) fn url(&self) -> String {
        format!("{}/hook", self.origin())
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM lets the master end its worker; a kill would leave it behind.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}
