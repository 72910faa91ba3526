//! Certificates: the server's own, the request for one, and the chain that comes back.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    stack::Stack,
    x509::{
        X509, X509Builder, X509NameBuilder, X509ReqBuilder, X509StoreContext, X509VerifyResult,
        extension::{BasicConstraints, SubjectAlternativeName},
        store::X509StoreBuilder,
        verify::X509VerifyParam,
    },
};

/// A certificate that signed itself, and its key, both in PEM.
#[derive(Debug)]
pub struct SelfSigned {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The private key.
    pub key: Vec<u8>,
}

impl SelfSigned {
    /// Makes one for a server at `address`.
    pub fn new(address: Ipv4Addr) -> Result<Self> {
        let key = new_key()?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_nid(Nid::COMMONNAME, "real-ca")?;
        let name = name.build();
        let mut builder = X509Builder::new()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*BigNum::from_u32(1)?.to_asn1_integer()?)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        // Long past, for a clock that steps back.
        builder.set_not_before(&*Asn1Time::from_unix(0)?)?;
        builder.set_not_after(&*Asn1Time::days_from_now(1)?)?;
        builder.set_pubkey(&key)?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        let names = SubjectAlternativeName::new().ip(&address.to_string()).build(&builder.x509v3_context(None, None))?;
        builder.append_extension(names)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build().to_pem()?, key: key.private_key_to_pem_pkcs8()? })
    }
}

/// A request for a certificate, and the key it is for.
#[derive(Debug)]
pub struct Request {
    address: Ipv4Addr,
    key: PKey<Private>,
}

impl Request {
    /// Makes a key for a certificate for `address`.
    pub fn new(address: Ipv4Addr) -> Result<Self> {
        Ok(Self { address, key: new_key()? })
    }

    /// Returns the request as a finalize wants it.
    pub fn csr(&self) -> Result<String> {
        let mut builder = X509ReqBuilder::new()?;
        let mut extensions = Stack::new()?;
        let names = SubjectAlternativeName::new().ip(&self.address.to_string()).build(&builder.x509v3_context(None))?;
        extensions.push(names)?;
        builder.add_extensions(&extensions)?;
        builder.set_pubkey(&self.key)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(URL_SAFE_NO_PAD.encode(builder.build().to_der()?))
    }

    /// Checks that `chain`, in PEM, is for our address and our key, and leads to `root`.
    pub fn check(&self, chain: &str, root: &str) -> Result<()> {
        let mut certificates = X509::stack_from_pem(chain.as_bytes())?.into_iter();
        let leaf = certificates.next().context("the chain holds no certificate")?;
        ensure!(leaf.public_key()?.public_eq(&self.key), "the certificate is for another key");

        let mut intermediates = Stack::new()?;
        for certificate in certificates {
            intermediates.push(certificate)?;
        }
        let mut parameters = X509VerifyParam::new()?;
        parameters.set_ip(IpAddr::V4(self.address))?;
        let mut store = X509StoreBuilder::new()?;
        store.add_cert(X509::from_pem(root.as_bytes())?)?;
        store.set_param(&parameters)?;
        let mut context = X509StoreContext::new()?;
        let error = context.init(&store.build(), &leaf, &intermediates, |context| {
            context.verify_cert()?;
            Ok(context.error())
        })?;
        ensure!(error == X509VerifyResult::OK, "the chain does not verify: {error}");
        Ok(())
    }
}

fn new_key() -> Result<PKey<Private>> {
    Ok(PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)?)
}
