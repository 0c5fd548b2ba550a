//! Mount plans that show exactly a view, and what carries them out without root
