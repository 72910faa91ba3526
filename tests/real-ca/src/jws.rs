//! The key of an account, and what it signs (RFC 7515, ES256).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    bn::{BigNum, BigNumContext},
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    error::ErrorStack,
    nid::Nid,
    pkey::Private,
    sha::sha256,
};
use serde_json::{Value, json};

/// The bytes in a coordinate, and in half a signature.
const COORDINATE: i32 = 32;

/// The key of an account.
#[derive(Debug)]
pub struct AccountKey {
    key: EcKey<Private>,
    jwk: Value,
}

impl AccountKey {
    /// Makes a new key.
    pub fn generate() -> Result<Self, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let key = EcKey::generate(&group)?;
        let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
        key.public_key().affine_coordinates(&group, &mut x, &mut y, &mut *BigNumContext::new()?)?;
        let coordinate = |number: &BigNum| Ok(URL_SAFE_NO_PAD.encode(number.to_vec_padded(COORDINATE)?));
        let jwk = json!({ "crv": "P-256", "kty": "EC", "x": coordinate(&x)?, "y": coordinate(&y)? });
        Ok(Self { key, jwk })
    }

    /// Returns the public key as JSON.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// Returns the thumbprint of the public key (RFC 7638).
    pub fn thumbprint(&self) -> String {
        // The members of a `Value` are in the order of their names, as a thumbprint wants them.
        URL_SAFE_NO_PAD.encode(sha256(self.jwk.to_string().as_bytes()))
    }

    /// Signs `payload` under the header `protected`.
    pub fn sign(&self, protected: &Value, payload: &str) -> Result<String, ErrorStack> {
        let protected = URL_SAFE_NO_PAD.encode(protected.to_string());
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature = EcdsaSig::sign(&sha256(format!("{protected}.{payload}").as_bytes()), &self.key)?;
        let halves = [signature.r().to_vec_padded(COORDINATE)?, signature.s().to_vec_padded(COORDINATE)?];
        let signature = URL_SAFE_NO_PAD.encode(halves.concat());
        Ok(json!({ "protected": protected, "payload": payload, "signature": signature }).to_string())
    }
}
