package dev.prebake.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS that trusts private authorities beside the system's, as containerd's {@code ca} does. */
final class TrustedAuthorities {
    private TrustedAuthorities() {}

    /**
     * Makes it.
     *
     * @param pem the private authorities' certificates
     * @param host the registry that they are for, for messages
     * @throws UnresolvedImageException when there is no certificate in the text
     */
    static SSLContext with(String pem, String host) {
        Collection<? extends Certificate> more;
        try {
            more = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
        } catch (CertificateException e) {
            throw UnresolvedImageException.lasting(notPem(host), e);
        }
        if (more.isEmpty()) {
            throw UnresolvedImageException.lasting(notPem(host));
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            List<Certificate> all = new ArrayList<>(more);
            all.addAll(systems());
            for (Certificate certificate : all) {
                store.setCertificateEntry("authority " + store.size(), certificate);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers(store), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Trusting the certificates for " + host + " failed.", e);
        }
    }

    private static List<X509Certificate> systems() throws GeneralSecurityException {
        return Arrays.stream(trustManagers(null))
                .filter(X509TrustManager.class::isInstance)
                .flatMap(manager -> Arrays.stream(((X509TrustManager) manager).getAcceptedIssuers()))
                .toList();
    }

    private static TrustManager[] trustManagers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static String notPem(String host) {
        return "the caParameter of " + host + " holds no certificate in PEM";
    }
}
