//! Real clients over https with an authority that only they were told of, and with tokens.

use std::fs;

use crate::call::{Answer, Call};
use crate::client::Client;
use crate::engine::Engine;
use crate::images::APP;
use crate::server::Server;
use crate::side::Side;
use crate::trip::Trip;

/// Not an address of 127.0.0.0/8, where docker would take any certificate.
const ADDRESS: &str = "10.77.0.1";
const HOST: &str = "airlock.lan:5443";
const REALM: &str = "https://airlock.lan:5443/token";

/// An inside with an image, a certificate, and clients that do not know its authority yet.
struct Secure<'a> {
    side: &'a Side,
    trip: Trip<'a>,
    engine: Engine,
}

fn inside() -> Side {
    let side = Side::new("reg.lan");
    let address = format!("address add {ADDRESS}/32 dev lo");
    side.call("ip").args(&address).run().done();
    let hosts = format!("127.0.0.1 localhost reg.lan\n{ADDRESS} airlock.lan\n");
    side.write("etc/hosts", hosts);
    side
}

impl<'a> Secure<'a> {
    fn new(side: &'a Side) -> Self {
        let trip = Trip::new(side);
        trip.lock(&format!("--image {APP} --platform linux/amd64"));
        trip.go();
        trip.site
            .airlock("tls init --dir ../tls --name airlock.lan")
            .run()
            .done();
        let engine = Engine::start(side);
        Self { side, trip, engine }
    }

    fn serve(&self, words: &str) -> Server {
        let tls = "--tls-cert ../tls/server.crt --tls-key ../tls/server.key";
        let call = self
            .trip
            .site
            .airlock(&format!("serve --listen {ADDRESS}:5443 {tls}{words}"));
        let log = self.side.path("serve.log");
        let listens = || {
            fs::read_to_string(&log)
                .unwrap()
                .contains("listening on https")
        };
        Server::start(self.side, "serve", call).wait_until(listens)
    }

    /// Tells all clients of the authority.
    fn trust(&self) {
        let authority = fs::read(self.trip.site.path("tls/ca.crt")).unwrap();
        for folder in ["docker", "containers", "containerd"] {
            let path = format!("etc/{folder}/certs.d/{HOST}/ca.crt");
            self.side.write(&path, &authority);
        }
        self.side.write(
            &format!("etc/containerd/certs.d/{HOST}/hosts.toml"),
            format!(
                "server = \"https://{HOST}\"\n[host.\"https://{HOST}\"]\n\
                 capabilities = [\"pull\", \"resolve\"]\n\
                 ca = \"/etc/containerd/certs.d/{HOST}/ca.crt\"\n"
            ),
        );
    }

    /// Prepares a pull by the server's own name; the token goes as a password.
    fn pull(&self, client: Client, token: Option<&str>) -> Answer {
        let image = APP.replace("reg.lan:5000", &format!("{HOST}/reg.lan_5000"));
        let password = token.map(|token| format!("me:{token}"));
        let with = |call: Call, flag: &str| match &password {
            Some(password) => call.arg(flag).arg(password),
            None => call,
        };
        match client {
            Client::Docker => self.engine.docker(self.side).arg("pull"),
            Client::Podman => with(self.side.call("podman").arg("pull"), "--creds"),
            Client::Skopeo => with(self.side.call("skopeo").args("inspect --raw"), "--creds"),
            Client::Ctr => with(self.engine.ctr_pull(self.side), "--user"),
        }
        .arg(match client {
            Client::Skopeo => format!("docker://{image}"),
            Client::Docker | Client::Podman | Client::Ctr => image,
        })
        .run()
    }

    /// docker keeps passwords itself.
    fn docker_login(&self, token: &str) -> Answer {
        self.engine
            .docker(self.side)
            .args("login --username me --password-stdin")
            .arg(HOST)
            .input(token)
            .run()
    }

    fn token(&self) -> String {
        self.trip.site.airlock("token add --name ci").run().done()
    }

    /// Pulls with every client; each must be refused, and say so in these words.
    fn all_refused(&self, token: Option<&str>, words: &[&str]) {
        for client in Client::ALL {
            let pull = self.pull(client, token);
            let said = words.iter().any(|word| pull.error().contains(word));
            assert!(!pull.succeeded() && said, "{client:?}: {pull}");
        }
    }

    fn all_pull(&self, token: Option<&str>) {
        for client in Client::ALL {
            self.pull(client, token).done();
        }
    }
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn every_client_pulls_over_https_once_it_knows_the_authority() {
    let side = inside();
    let secure = Secure::new(&side);
    let serve = secure.serve("");
    secure.all_refused(None, &["x509"]);
    assert!(serve.log().contains("no TLS with"), "{}", serve.log());
    secure.trust();
    secure.all_pull(None);
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn every_client_pulls_with_a_token_and_none_without() {
    let side = inside();
    let secure = Secure::new(&side);
    secure.trust();
    let token = secure.token();
    let _serve = secure.serve(" --require-token");
    let refused = ["no basic auth credentials", "nauthorized", "401"];
    secure.all_refused(None, &refused);
    secure.docker_login(&token).done();
    secure.all_pull(Some(&token));
    secure
        .trip
        .site
        .airlock("token revoke --name ci")
        .run()
        .done();
    // The server looks once a second; a revoked token is refused from then on.
    let wait = "for i in $(seq 60); do skopeo inspect --raw --creds me:$TOKEN $IMAGE || exit 0; \
                sleep 0.5; done; exit 1";
    let image = APP.replace("reg.lan:5000", &format!("docker://{HOST}/reg.lan_5000"));
    side.call("bash")
        .arg("-c")
        .arg(wait)
        .env("TOKEN", &token)
        .env("IMAGE", &image)
        .run()
        .done();
    assert!(!secure.docker_login(&token).succeeded());
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn every_client_pulls_through_a_realm() {
    let side = inside();
    let secure = Secure::new(&side);
    secure.trust();
    let token = secure.token();
    let serve = secure.serve(&format!(" --require-token --token-realm {REALM}"));
    secure.all_refused(None, &["nauthorized", "401", "denied"]);
    secure.docker_login(&token).done();
    secure.all_pull(Some(&token));
    drop(serve);
    side.call("rm").args("-rf home/.docker").run().done();
    let words = format!(" --require-token --token-realm {REALM} --anonymous");
    let serve = secure.serve(&words);
    secure.all_pull(None);
    assert!(serve.log().contains("reading is open"), "{}", serve.log());
}
