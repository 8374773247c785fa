// ManifestReading
