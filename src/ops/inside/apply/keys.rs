//! Whether the keys of a bundle may still be used for it (`docs/transfer-format.md` section 3.3).

use super::ApplyFailure;
use crate::diagnostic::Failure;
use crate::ops::transfer::Standing;
use crate::seal::KeyState;
use crate::store::ledger::Request;
use crate::wire::Bundle;

/// Fails where the request that is answered was signed by a key that is revoked, or where a key in
/// grace is used for something else than what was under way when it was rotated.
pub(super) fn check(
    standing: &Standing,
    bundle: &Bundle,
    answered: Option<&Request>,
) -> Result<(), Failure> {
    let current = standing.signer_is_current && standing.recipient_is_current;
    let Some(request) = answered else {
        return if current {
            Ok(())
        } else {
            Err(ApplyFailure::KeyInGrace.into())
        };
    };
    let requester = match standing.state(&request.from) {
        None | Some(KeyState::Revoked) => {
            return Err(ApplyFailure::RevokedRequest(request.id).into());
        }
        Some(state) => state,
    };
    let before_rotation = requester != KeyState::Current;
    let signer_was_asked = request.to.contains(&bundle.address.from);
    let signer = standing.signer_is_current || before_rotation || signer_was_asked;
    let recipient = standing.recipient_is_current || before_rotation;
    if signer && recipient {
        Ok(())
    } else {
        Err(ApplyFailure::KeyInGrace.into())
    }
}
