//! Every code of the house, for the documentation and its test.

use super::{demo, entry, folders, keys, output, scan, source, tls, usage, volume_target};
use crate::diagnostic::{Code, Diagnose as _};
use crate::ops::{inside, lock_file, outside, project, resolve, transfer};
use crate::run::{Cancelled, EntropyError};
use crate::{
    compose, config, dockerfile, inputs, oci, plan, registry, seal, serve, store, upstream, wire,
};

/// Lists every code that an error or a warning can have, room by room.
pub fn all_codes() -> Vec<Code> {
    let rooms: [&[Code]; 29] = [
        compose::CODES,
        config::CODES,
        demo::CODES,
        dockerfile::CODES,
        inputs::CODES,
        inside::apply::CODES,
        inside::diff::CODES,
        inside::held::CODES,
        inside::requests::CODES,
        keys::CODES,
        lock_file::CODES,
        oci::CODES,
        outside::bundle::CODES,
        output::CODES,
        plan::CODES,
        project::CODES,
        project::check::CODES,
        registry::CODES,
        resolve::COMPOSE_CODES,
        scan::CODES,
        seal::CODES,
        serve::CODES,
        source::CODES,
        store::CODES,
        transfer::CODES,
        upstream::CODES,
        volume_target::CODES,
        wire::CODES,
        &[
            entry::NO_DIRECTORY,
            folders::NO_CURRENT_FOLDER,
            folders::NO_FOLDER,
            tls::PASSPHRASE,
            usage::USAGE,
        ],
    ];
    let mut codes: Vec<Code> = rooms.concat();
    codes.push(Cancelled.code());
    codes.push(EntropyError(String::new()).code());
    codes
}
