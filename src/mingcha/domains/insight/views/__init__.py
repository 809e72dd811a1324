"""Human doors to what is known: find an entity, read its dossier, take it out."""
