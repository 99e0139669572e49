//! A question asked until there is an answer, or until it makes no sense to ask again.

use std::time::Duration;

use lock_format::Repository;

use super::endpoint::Endpoint;
use super::error::{Answered, At};
use super::exchange::{Answer, Broken, Question};
use super::fault::{Fault, FaultKind};
use super::retry::{backoff, is_passing, retry_after};
use super::{Client, RegistryError, facts};
use crate::diagnostic::Diagnose as _;
use crate::run::{Event, Warning};

/// Waits from here on are told of.
const TOLD: Duration = Duration::from_secs(5);

impl Client<'_> {
    /// Asks mirrors first, then the registry, until one has an answer. A mirror that fails is told
    /// of; the registry's own failure is the one that counts.
    pub(super) fn at_each_endpoint<T>(
        &self,
        repository: &Repository,
        ask: impl Fn(&Endpoint) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        if !self.settings.reach.allows(repository) {
            return Err(RegistryError::NotAllowed {
                repository: repository.to_string(),
            });
        }
        let endpoints = Endpoint::all(repository, &self.settings);
        let (registry, mirrors) = endpoints
            .split_last()
            .expect("a registry is the last of its endpoints");
        for mirror in mirrors {
            match ask(mirror) {
                Err(RegistryError::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(error) => self.warn_of_mirror(&error),
                Ok(found) => return Ok(found),
            }
        }
        ask(registry)
    }

    /// Tells that a mirror failed.
    pub(super) fn warn_of_mirror(&self, error: &RegistryError) {
        self.run.events.event(Event::Warning(&Warning {
            code: facts::MIRROR_FAILED,
            message: format!("a mirror failed, the next one is asked: {error}"),
            help: error.help(),
            label: None,
        }));
    }

    /// Asks with the login of the registry, again after passing failures. Any answer without
    /// content is an error.
    pub(super) fn ask(
        &self,
        at: &At,
        repository: &str,
        question: &Question,
    ) -> Result<Answer, RegistryError> {
        let mut failures = 0;
        loop {
            self.run.cancel.check()?;
            let asked = self.authorized(at, repository, question);
            if let Ok(answer) = &asked {
                self.quota.note(answer);
            }
            let broken = match asked {
                Ok(answer) if is_passing(answer.status) => Broken::Passing(Box::new(answer)),
                Ok(answer) => return self.settle(at, answer),
                Err(broken) => broken,
            };
            failures += 1;
            let wait = self.wait_after(&broken, failures);
            match wait {
                Some(wait) if failures <= self.settings.retries.times => {
                    self.warn_of_wait(at, &broken, wait);
                    self.sleeper.sleep(wait, self.run.cancel)?;
                }
                _ => return Err(self.give_up(at, broken, failures)),
            }
        }
    }

    /// Waits before an attempt after so many failures.
    pub(super) fn pause(&self, failures: u32) -> Result<(), RegistryError> {
        let wait = backoff(&self.settings.retries, failures, self.run.entropy);
        Ok(self.sleeper.sleep(wait, self.run.cancel)?)
    }

    /// Tells why nothing seems to happen.
    fn warn_of_wait(&self, at: &At, broken: &Broken, wait: Duration) {
        if wait < TOLD {
            return;
        }
        let (host, reason) = match broken {
            Broken::Fault(fault) => (&fault.host, fault.reason.clone()),
            Broken::Passing(answer) => (&answer.host, format!("it answered {}", answer.status)),
            Broken::Error(_) => return,
        };
        self.run.events.event(Event::Warning(&Warning {
            code: facts::WAITING,
            message: format!(
                "waiting {} s before {host} is asked again for {}: {reason}",
                wait.as_secs(),
                at.what
            ),
            help: None,
            label: None,
        }));
    }

    /// Returns how long to wait before trying again; none where that makes no sense.
    fn wait_after(&self, broken: &Broken, failures: u32) -> Option<Duration> {
        let retries = &self.settings.retries;
        let wait = backoff(retries, failures, self.run.entropy);
        match broken {
            Broken::Fault(fault) => (fault.kind == FaultKind::Passing).then_some(wait),
            Broken::Passing(answer) => match self.asked_to_wait(answer) {
                Some(asked) => (asked <= retries.longest_wait).then_some(asked.max(wait)),
                None => Some(wait),
            },
            Broken::Error(_) => None,
        }
    }

    fn asked_to_wait(&self, answer: &Answer) -> Option<Duration> {
        retry_after(answer.header("retry-after")?, self.run.clock.unix_seconds())
    }

    fn give_up(&self, at: &At, broken: Broken, attempts: u32) -> RegistryError {
        match broken {
            Broken::Error(error) => error,
            Broken::Fault(fault) => unreachable(at, fault, attempts),
            Broken::Passing(answer) => {
                let wait = self.asked_to_wait(&answer).map(|wait| wait.as_secs());
                let answered = answer.refusal(at);
                match answered.status {
                    429 => RegistryError::RateLimited { answered, wait },
                    _ => RegistryError::ServerFailed(answered),
                }
            }
        }
    }

    fn settle(&self, at: &At, answer: Answer) -> Result<Answer, RegistryError> {
        // Any other success has no content, or not yet (RFC 9110 section 15.3).
        if matches!(answer.status, 200 | 203 | 206) {
            return Ok(answer);
        }
        let answered = answer.refusal(at);
        Err(match answered.status {
            401 => RegistryError::Unauthorized {
                with_login: self.has_login(at, &answered),
                answered,
            },
            403 => RegistryError::Denied(answered),
            404 => RegistryError::NotFound(answered),
            _ => RegistryError::Refused(answered),
        })
    }

    fn has_login(&self, at: &At, answered: &Answered) -> bool {
        answered.at.host == at.host && self.authorization.used_login(&at.host)
    }
}

pub(super) fn unreachable(at: &At, fault: Fault, attempts: u32) -> RegistryError {
    let Fault { host, kind, reason } = fault;
    let at = At { host, ..at.clone() };
    match kind {
        FaultKind::Certificate => RegistryError::Untrusted { at, reason },
        FaultKind::NoTls => RegistryError::PlainHttp { at, reason },
        FaultKind::TlsRefused => RegistryError::TlsRefused { at, reason },
        FaultKind::Passing | FaultKind::NobodyListens | FaultKind::Lasting => {
            RegistryError::Unreachable {
                at,
                attempts,
                reason,
            }
        }
    }
}
