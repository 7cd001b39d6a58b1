//! Burns on simulated drives: what was burnt is on the disc, and what the report claims is so.

mod burn {
    mod bad_input;
    pub mod bench;
    mod chance;
    mod elsewhere;
    mod faults;
    pub mod faulty;
    mod interrupted;
    mod late;
    pub mod meddled;
    mod media;
    mod promises;
    mod several;
    mod speed;
    mod trouble;
    pub mod truths;
}
