//! The calls, and their answers in words.

use std::io::Write;

use wasip2::{cli, clocks, filesystem, random, sockets};

/// What to call.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Environment,
    Files,
    Input,
    Tcp,
    Names,
    Random,
    Time,
    Output,
    FloodOutput,
    Exit,
    Handles,
    Get,
    Post,
    ForbiddenHeader,
}

impl Call {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "environment" => Self::Environment,
            "files" => Self::Files,
            "input" => Self::Input,
            "tcp" => Self::Tcp,
            "names" => Self::Names,
            "random" => Self::Random,
            "time" => Self::Time,
            "output" => Self::Output,
            "flood-output" => Self::FloodOutput,
            "exit" => Self::Exit,
            "handles" => Self::Handles,
            "get" => Self::Get,
            "post" => Self::Post,
            "forbidden-header" => Self::ForbiddenHeader,
            _ => return None,
        })
    }

    pub(crate) fn made(self, url: &str) -> String {
        match self {
            Self::Environment => environment(),
            Self::Files => format!("{} folders", filesystem::preopens::get_directories().len()),
            Self::Input => format!("{:?}", cli::stdin::get_stdin().blocking_read(10)),
            Self::Tcp => tcp(),
            Self::Names => names(),
            Self::Random => random(),
            Self::Time => time(),
            Self::Output => output(),
            Self::FloodOutput => flood_output(),
            Self::Exit => {
                cli::exit::exit(Err(()));
                String::new()
            }
            Self::Handles => loop {
                std::mem::forget(clocks::monotonic_clock::subscribe_duration(1));
            },
            Self::Get => crate::http::get(url),
            Self::Post => crate::http::post(url, b"a body in two", b" pieces"),
            Self::ForbiddenHeader => crate::http::forbidden_header(),
        }
    }
}

fn environment() -> String {
    let (variables, arguments) = (cli::environment::get_environment(), cli::environment::get_arguments());
    format!("{} variables, {} arguments, folder {:?}", variables.len(), arguments.len(), cli::environment::initial_cwd())
}

fn tcp() -> String {
    let made = sockets::tcp_create_socket::create_tcp_socket(sockets::network::IpAddressFamily::Ipv4);
    let Err(code) = made.and_then(|socket| {
        let network = sockets::instance_network::instance_network();
        let octets = (127, 0, 0, 1);
        let address = sockets::network::Ipv4SocketAddress { port: 9, address: octets };
        socket.start_connect(&network, sockets::network::IpSocketAddress::Ipv4(address))?;
        loop {
            match socket.finish_connect() {
                Err(sockets::network::ErrorCode::WouldBlock) => socket.subscribe().block(),
                Err(code) => return Err(code),
                Ok(_) => return Ok(()),
            }
        }
    }) else {
        return "connected".to_owned();
    };
    code.name().to_owned()
}

fn names() -> String {
    let network = sockets::instance_network::instance_network();
    match sockets::ip_name_lookup::resolve_addresses(&network, "localhost") {
        Ok(_) => "resolved".to_owned(),
        Err(code) => code.name().to_owned(),
    }
}

fn random() -> String {
    let (one, other) = (random::random::get_random_bytes(16), random::random::get_random_bytes(16));
    format!("{} bytes, {}", one.len(), if one == other { "the same again" } else { "others each time" })
}

fn time() -> String {
    let before = clocks::monotonic_clock::now();
    clocks::monotonic_clock::subscribe_duration(1_000_000).block();
    let waited = clocks::monotonic_clock::now() - before >= 1_000_000;
    let year = 1970 + clocks::wall_clock::now().seconds / 31_556_952;
    format!("waited {waited}, after 2025 {}", year > 2025)
}

fn output() -> String {
    let (mut stdout, mut stderr) = (cli::stdout::get_stdout(), cli::stderr::get_stderr());
    let written = stdout.write_all(b"one line\nthe next").and_then(|()| stderr.write_all(b"a warning\n"));
    format!("{}", written.is_ok())
}

fn flood_output() -> String {
    let mut stdout = cli::stdout::get_stdout();
    let written = (0..1_000).try_for_each(|n| stdout.write_all(format!("line {n}\n").as_bytes()));
    format!("{}", written.is_ok())
}
