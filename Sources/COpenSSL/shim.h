#pragma once

// Only what Swift cannot say: variadic functions, macros, and callbacks that must not prompt a terminal.
// Declaring the 3.0 interface level with nothing deprecated makes a deprecated call a compile error.
#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// EVP_PKEY_Q_keygen is variadic.
static inline EVP_PKEY *understudy_rsa_keygen(size_t bits) { return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits); }
static inline EVP_PKEY *understudy_p256_keygen(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); }

// EVP_PKEY_PUBLIC_KEY is a macro over macros.
static inline int understudy_rsa_public_from_data(EVP_PKEY_CTX *context, EVP_PKEY **key, OSSL_PARAM *parameters) {
    return EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parameters);
}

// The context and the builder keep the pointers to the names, so those must be C's literals: a Swift string's copy ends
// with the call.
static inline EVP_PKEY_CTX *understudy_rsa_context(void) { return EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL); }
static inline int understudy_push_rsa_numbers(OSSL_PARAM_BLD *builder, const BIGNUM *n, const BIGNUM *e) {
    return OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n)
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
}

// BIO_get_mem_data is a macro.
static inline long understudy_bio_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

// Without a callback libcrypto asks the terminal for the passphrase of an encrypted PEM block; this one refuses.
static inline int understudy_refuse_passphrase(char *buffer, int size, int writing, void *context) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}
static inline EVP_PKEY *understudy_pem_read_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, understudy_refuse_passphrase, NULL);
}
static inline X509 *understudy_pem_read_certificate(BIO *bio) {
    return PEM_read_bio_X509(bio, NULL, understudy_refuse_passphrase, NULL);
}

// An extension from its configuration text. X509V3_set_ctx_nodb is a macro, and the context must not outlive the call.
static inline int understudy_x509_add_extension(X509 *subject, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int added = X509_add_ext(subject, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

// The stack accessors are macros over untyped functions.
static inline GENERAL_NAMES *understudy_x509_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
static inline int understudy_general_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

// The string of name `index`, with its type (GEN_DNS, GEN_IPADD); NULL for a name that is neither.
static inline const ASN1_STRING *understudy_general_name_string(const GENERAL_NAMES *names, int index, int *type) {
    void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), type);
    return *type == GEN_DNS || *type == GEN_IPADD ? (const ASN1_STRING *)value : NULL;
}

// Has a finished SignedData name its digest by the OID of the signature algorithm, in the list of digests and in each signer, as
// the metadata service does. Both structures are reached through macros. The signature does not cover the names, for there are no
// signed attributes.
static inline int understudy_pkcs7_name_digest(PKCS7 *message, int nid) {
    if (!PKCS7_type_is_signed(message)) return 0;
    STACK_OF(X509_ALGOR) *digests = message->d.sign->md_algs;
    for (int index = 0; index < sk_X509_ALGOR_num(digests); index++)
        if (!X509_ALGOR_set0(sk_X509_ALGOR_value(digests, index), OBJ_nid2obj(nid), V_ASN1_NULL, NULL)) return 0;
    STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(message);
    for (int index = 0; index < sk_PKCS7_SIGNER_INFO_num(signers); index++) {
        X509_ALGOR *digest = NULL;
        PKCS7_SIGNER_INFO_get0_algs(sk_PKCS7_SIGNER_INFO_value(signers, index), NULL, &digest, NULL);
        if (digest == NULL || !X509_ALGOR_set0(digest, OBJ_nid2obj(nid), V_ASN1_NULL, NULL)) return 0;
    }
    return 1;
}

// The parameters of an RSASSA-PSS signature, with RFC 4055's values for those left out. Their types are macros' work.
static inline int understudy_pss_parameters(const X509_ALGOR *algorithm, int *digest, int *mask_digest, long *salt) {
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(&object, &type, &value, algorithm);
    if (type != V_ASN1_SEQUENCE) return 0;
    RSA_PSS_PARAMS *parameters = ASN1_item_unpack((const ASN1_STRING *)value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    if (parameters == NULL) return 0;
    *digest = NID_sha1;
    *mask_digest = NID_sha1;
    *salt = 20;
    int read = 1;
    if (parameters->hashAlgorithm != NULL) {
        X509_ALGOR_get0(&object, NULL, NULL, parameters->hashAlgorithm);
        *digest = OBJ_obj2nid(object);
    }
    if (parameters->maskGenAlgorithm != NULL) {
        X509_ALGOR_get0(&object, &type, &value, parameters->maskGenAlgorithm);
        X509_ALGOR *mask = OBJ_obj2nid(object) == NID_mgf1 && type == V_ASN1_SEQUENCE
            ? ASN1_item_unpack((const ASN1_STRING *)value, ASN1_ITEM_rptr(X509_ALGOR))
            : NULL;
        if (mask != NULL) {
            X509_ALGOR_get0(&object, NULL, NULL, mask);
            *mask_digest = OBJ_obj2nid(object);
            X509_ALGOR_free(mask);
        } else {
            read = 0;
        }
    }
    if (parameters->saltLength != NULL) *salt = ASN1_INTEGER_get(parameters->saltLength);
    RSA_PSS_PARAMS_free(parameters);
    return read;
}

// The string of a value whose type is a string; the union is no type that Swift can tell apart.
static inline const ASN1_STRING *understudy_asn1_string(const ASN1_TYPE *value) { return value->value.asn1_string; }

// Stacks are macros over generated functions.
static inline int understudy_pkcs7_count(const STACK_OF(PKCS7) *parts) { return sk_PKCS7_num(parts); }
static inline void understudy_pkcs7_free(STACK_OF(PKCS7) *parts) { sk_PKCS7_pop_free(parts, PKCS7_free); }

// What a part is encrypted with, and NULL for one that is not encrypted with a password.
static inline const ASN1_OBJECT *understudy_pkcs7_cipher(const STACK_OF(PKCS7) *parts, int index) {
    PKCS7 *part = sk_PKCS7_value(parts, index);
    if (!PKCS7_type_is_encrypted(part) || part->d.encrypted == NULL) return NULL;
    return part->d.encrypted->enc_data->algorithm->algorithm;
}
