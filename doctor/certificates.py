"""Whether phones can trust what they see when they sign in by TLS."""

from __future__ import annotations

from callcenter.certificate_store import store_of
from callcenter.certificates import RENEW_DAYS
from callcenter.signed_in import contacts_of
from doctor.findings import Finding, Look, few, ok, warning, wrong

MEND = "run hotline certificates renew"


def certificate(look: Look) -> Finding:
    """It is there when it is needed, is for our names, has its key, and does not end soon."""
    settings = look.settings
    if not (look.site.uses_tls or settings.wss_port or settings.phones_port):
        return ok("no phone and no trunk needs a certificate")
    store = store_of(settings)
    known, now = store.facts(), look.app.clock()
    mend = f"put a new one into {store.certificate}, then reload" if store.own else MEND
    lacking = [host for host in store.hosts if host not in known.hosts]
    if known.days_left(now) < 0:
        return wrong(f"{store.certificate} ended on {known.ends_at:%Y-%m-%d}: phones can't sign in", mend)
    if not store.belongs():
        return wrong(f"{store.key} is not the key of {store.certificate}", mend)
    if known.days_left(now) < RENEW_DAYS:
        return warning(f"{store.certificate} ends in {known.days_left(now)} days", mend)
    if lacking and not store.own:
        return warning(f"the certificate is not for {', '.join(lacking)}", f"{MEND} --now")
    return ok(f"the certificate for {', '.join(known.hosts)} is good for {known.days_left(now)} days")


def encrypted(look: Look) -> Finding:
    """Every phone that is to encrypt has signed in by TLS: by UDP its calls are refused."""
    secure = {seat.name for seat in look.site.seats if seat.encryption != "none"}
    if not secure:
        return ok("no phone is to encrypt")
    known = contacts_of(look.console)
    open_ones = sorted(name for name in secure & known.keys() if known[name].transport != "tls")
    if open_ones:
        return warning(
            f"to encrypt, but signed in without TLS: {few(open_ones)}",
            "set the phone to TLS, see hotline phones sheet; give its seat another secret",
        )
    return ok(
        f"{len(secure & known.keys())} of {len(secure)} phones that are to encrypt are signed in, all by TLS"
    )
